//! The printed manual is the keyword table, and nothing else.

use expect_test::expect_file;

#[test]
fn the_manual_is_what_the_table_prints() {
    expect_file!["../../../content/LANGUAGE.md"].assert_eq(&content::language());
}
