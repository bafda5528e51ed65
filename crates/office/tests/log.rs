//! The log as the office keeps it: corrections, rebuilt views, restored copies, and what a
//! verification finds in a disturbed one.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::*;
use ledger::{LogHead, Value};
use office::CorrectionRequest;
use store::MemoryStore;

fn correction(of: u64) -> CorrectionRequest {
    CorrectionRequest {
        matter: "M".to_owned(),
        of,
        person: "沈清".to_owned(),
        role: "复议承办人".to_owned(),
        reason: "回证日期登记有误".to_owned(),
        evidence: "送达回证".to_owned(),
        client_act: format!("correct {of}"),
        ..CorrectionRequest::default()
    }
}

fn with_copy_sent() -> Desk {
    let desk = desk();
    desk.five_acts();
    desk.does(&act(
        "2024-03-08 09:30",
        "复议机构",
        "发送申请书副本",
        &[("副本送达日", "2024-03-08"), ("送达方式", "直接")],
    ));
    desk.clock.set(at("2024-03-12 10:00"));
    desk
}

fn due(desk: &Desk, name: &str) -> Option<String> {
    let page = desk.office.matter("M", at("2024-03-12 10:00")).unwrap().unwrap();
    let owed = desk.office.shown(&page).owed;
    owed.into_iter().find(|d| d.act == name).and_then(|d| d.due)
}

#[test]
fn a_corrected_date_re_dates_the_duty_and_the_record_says_so() {
    let desk = with_copy_sent();
    let mut request = correction(6);
    request.fields = vec![("副本送达日".to_owned(), Value::from("2024-03-07"))];
    let done = desk.office.correct(&request).unwrap();
    assert_eq!(due(&desk, "提出书面答复").as_deref(), Some("2024-03-21"));
    let record = desk.office.store.record(desk.office.law.district, done.number).unwrap().unwrap();
    let text = String::from_utf8(record.bytes).unwrap();
    assert!(text.contains("提出书面答复: 2024-03-22 -> 2024-03-21"), "{text}");
    assert!(desk.office.correct(&request).unwrap().again);
    let verifier = desk.office.verifier().unwrap();
    let verified = desk.office.verify(&verifier, None).unwrap();
    assert!(verified.is_sound(), "{verified:?}");
}

#[test]
fn an_annulled_act_is_reckoned_as_never_done() {
    let desk = with_copy_sent();
    desk.office.correct(&CorrectionRequest { annul: true, ..correction(6) }).unwrap();
    assert_eq!(due(&desk, "提出书面答复"), None);
    assert_eq!(due(&desk, "发送申请书副本").as_deref(), Some("2024-03-18"));
}

#[test]
fn a_correction_without_reason_or_of_nothing_is_refused() {
    let desk = with_copy_sent();
    let refused = |r: CorrectionRequest| desk.office.correct(&r).unwrap_err().to_string();
    assert!(refused(correction(99)).contains("没有第 99 号记录"));
    assert!(
        refused(CorrectionRequest { reason: " ".to_owned(), ..correction(6) })
            .contains("没有写明理由")
    );
    let mut wrong = correction(6);
    wrong.fields = vec![("副本送达日".to_owned(), Value::from("昨天"))];
    assert!(refused(wrong).contains("副本送达日"));
    assert_eq!(desk.size(), 6);
}

#[test]
fn after_a_correction_the_matter_goes_on() {
    let desk = with_copy_sent();
    let mut request = correction(6);
    request.fields = vec![("副本送达日".to_owned(), Value::from("2024-03-07"))];
    desk.office.correct(&request).unwrap();
    desk.clock.set(at("2024-03-20 10:00"));
    desk.does(&act("2024-03-19 09:00", "被申请人", "提出书面答复", &[]));
    let verifier = desk.office.verifier().unwrap();
    let verified = desk.office.verify(&verifier, None).unwrap();
    assert!(verified.is_sound(), "{verified:?}");
}

#[test]
fn views_written_again_equal_the_views_written_live() {
    let desk = with_copy_sent();
    let (store, district) = (&desk.office.store, desk.office.law.district);
    let before = (store.matter(district, "M").unwrap(), store.owed(district, "M").unwrap());
    desk.office.rebuild().unwrap();
    assert_eq!((store.matter(district, "M").unwrap(), store.owed(district, "M").unwrap()), before);
}

fn export(desk: &Desk) -> Vec<Vec<u8>> {
    let records = desk.office.store.records(desk.office.law.district, 1, 1000).unwrap();
    records.into_iter().map(|r| r.bytes).collect()
}

fn root(desk: &Desk) -> LogHead {
    desk.office.store.head(desk.office.law.district).unwrap().log
}

#[test]
fn an_exported_log_restored_elsewhere_has_the_same_root() {
    let desk = with_copy_sent();
    desk.office.correct(&CorrectionRequest { annul: true, ..correction(6) }).unwrap();
    let lines = export(&desk);
    let copy = desk_on(Arc::new(MemoryStore::new()));
    let lines = || lines.iter().map(Vec::as_slice);
    assert_eq!(copy.office.restore(lines()).unwrap().written, 7);
    assert_eq!(root(&copy), root(&desk));
    assert_eq!(copy.office.restore(lines()).unwrap().known, 7);
    let wrong = copy.office.restore([&b"{}"[..]].into_iter()).unwrap_err();
    assert!(wrong.to_string().starts_with("line 1 was not taken over"));
}

#[test]
fn an_old_checkpoint_finds_a_dropped_tail_and_a_shorter_log_signed_again() {
    let desk = with_copy_sent();
    let old = desk.office.checkpoint().unwrap();
    let lines = export(&desk);
    let shorter = desk_on(Arc::new(MemoryStore::new()));
    shorter.office.restore(lines[..4].iter().map(Vec::as_slice)).unwrap();
    shorter.office.checkpoint().unwrap();
    let verifier = desk.office.verifier().unwrap();
    assert!(shorter.office.verify(&verifier, None).unwrap().is_sound());
    let found = shorter.office.verify(&verifier, Some(&old)).unwrap();
    let text = found.verdict.findings.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(!found.is_sound() && text.iter().any(|t| t.contains('6')), "{text:?}");
}

#[test]
fn a_receipt_is_checked_with_the_public_key_alone() {
    let desk = with_copy_sent();
    let receipt = desk.office.receipt(3).unwrap();
    let text = receipt.to_json().unwrap();
    let read = ledger::Receipt::parse(&text).unwrap();
    let verifier = desk.office.verifier().unwrap();
    assert!(read.check(&desk.office.origin, &verifier).is_ok());
    let other = ledger::Sm2Signer::from_seed(&[8; 32]).unwrap().verifier();
    assert!(read.check(&desk.office.origin, &other).is_err());
    assert!(desk.office.receipt(77).unwrap_err().to_string().contains("it ends at 6"));
}

#[test]
fn a_case_received_under_the_old_law_keeps_it() {
    let desk = desk();
    let old = |mut r: office::Request, when: &str| {
        r.performed_at = Some(at(when));
        r.client_act += when;
        r
    };
    let mut known = old(learn(), "2023-12-28 09:00");
    known.fields = ["知道日", "告知方式", "告知复议权利"]
        .into_iter()
        .zip(["2023-12-01", "直接送达", "是"])
        .map(|(k, v)| (k.to_owned(), Value::from(v)))
        .collect();
    desk.does(&known);
    let page = desk.office.matter("M", at("2023-12-28 10:00")).unwrap().unwrap();
    assert_eq!(page.case.procedure.version, "2017");
}
