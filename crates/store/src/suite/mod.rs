//! What must every store do alike?
//!
//! One suite for all backends. [`store_suite!`](crate::store_suite) makes a test of each case, named
//! as the sentence it checks; a backend gives a function that begins an empty store.
//!
//! Not here: what only one backend can suffer, such as a file cut off.
//!
//! Next: `clerk.rs`, the decider of the tests; then the cases by subject; `drill.rs` for several
//! processes and for kills.

mod backups;
mod clerk;
mod commits;
pub mod drill;
pub mod migrations;
mod reads;
mod search;
mod tree;
mod views;

pub use clerk::{Ask, Clerk, DISTRICT, Reteller, commit, commit_all, dump, verify};

/// The cases, each on an empty store.
pub mod cases {
    pub use super::backups::*;
    pub use super::commits::*;
    pub use super::reads::*;
    pub use super::search::*;
    pub use super::tree::*;
    pub use super::views::*;
}

/// Makes a test of every case of the suite for one backend.
#[macro_export]
macro_rules! store_suite {
    ($begin:expr) => {
        $crate::store_suite!(@each $begin;
            acts_are_numbered_and_positioned_without_gaps
            a_request_made_again_is_answered_again
            a_name_used_for_another_request_is_a_conflict
            a_salted_request_made_again_is_recognised
            a_rejected_act_takes_no_number_and_the_group_goes_on
            acts_of_the_clock_are_sealed_though_the_act_is_rejected
            a_decision_on_another_position_is_made_once_more_and_then_stale_alone
            an_answer_that_cannot_be_written_fails_alone
            an_error_of_the_decider_leaves_nothing
            a_panic_of_the_decider_leaves_nothing
            what_the_house_does_by_itself_needs_no_request
            a_decider_sees_the_items_before_his_own
            two_districts_do_not_see_each_other
            sixteen_writers_lose_nothing
            nothing_is_read_from_an_empty_store
            records_are_read_page_by_page
            matters_are_listed_by_what_they_are
            papers_are_kept_and_destroyed
            personal_values_are_kept_and_destroyed_and_the_log_still_holds
            checkpoints_are_found_by_size
            a_key_that_was_handed_over_signs_nothing_larger
            every_record_is_proved_at_every_size
            tiles_of_three_levels_are_still_proved
            duties_are_listed_in_the_order_they_fall_due
            figures_add_up
            views_written_again_are_the_views_written_live
            views_that_cannot_be_written_again_stay_as_they_were
            what_was_backed_up_is_restored_on_any_store
            a_restoring_that_cannot_be_finished_leaves_nothing
            a_store_is_backed_up_while_acts_are_sealed
            words_and_names_are_found_in_one_order
            a_document_is_found_by_its_number_and_by_no_other
            pages_go_on_where_the_last_one_ended
            what_is_found_is_what_a_scan_of_the_texts_finds
            whatever_is_typed_is_a_query_or_none
            the_index_follows_the_log_and_is_dropped_with_the_views
            an_index_that_cannot_be_written_stays_as_it_was
        );
    };
    (@each $begin:expr; $($case:ident)*) => {
        $(#[test]
        fn $case() {
            let begun = $begin();
            $crate::suite::cases::$case(&*begun);
        })*
    };
}
