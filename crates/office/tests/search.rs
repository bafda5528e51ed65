//! What is looked for is found where it was said, and what is personal is not.

mod common;

use std::sync::Arc;

use common::*;
use ledger::Value;
use office::{CorrectionRequest, Found, NotDone, Piece, Request, Search, SearchPage};
use store_sqlite::{Options, SqliteStore};

impl Desk {
    fn finds(&self, words: &str) -> SearchPage {
        let search = Search { words: words.to_owned(), limit: 20, ..Search::default() };
        self.office.search(&search).unwrap_or_else(|why| panic!("{words}: {why}"))
    }

    fn finds_none(&self, words: &str) {
        assert_eq!(self.finds(words).found.len(), 0, "{words}");
    }

    fn searches_in_vain(&self, search: Search) -> String {
        match self.office.search(&search) {
            Err(NotDone::Invalid(text)) => text,
            other => panic!("{other:?}"),
        }
    }
}

/// Where it was found, with the words looked for in brackets.
fn said(found: &Found) -> (String, String) {
    let piece = |p: &Piece| if p.hit { format!("[{}]", p.text) } else { p.text.clone() };
    (found.place.clone(), found.excerpt.iter().map(piece).collect())
}

fn decide(number: &str) -> Request {
    let fields = [("案号", number), ("收件方式", "窗口"), ("被申请人类别", "本级部门")];
    let mut request = register();
    request.fields = fields.map(|(k, v)| (k.to_owned(), Value::from(v))).to_vec();
    request.fields.push(("有代表人".to_owned(), Value::from("否")));
    request
}

#[test]
fn an_act_is_found_as_soon_as_it_is_sealed_and_says_where() {
    let desk = desk();
    desk.does(&learn());
    desk.finds_none("告知");
    let number = desk.does(&file()).number;
    let page = desk.finds("撤销 罚款决定");
    assert_eq!((page.searched, page.log_size, page.next), (2, 2, None));
    let found = &page.found[0];
    assert_eq!((found.matter.as_str(), found.record), ("M", Some(number)));
    assert_eq!(said(found), ("提交复议申请·复议请求".into(), "[撤销罚款决定]".into()));
    let (place, text) = said(&desk.finds("城市管理局").found[0]);
    assert_eq!((place.as_str(), text.as_str()), ("题名", "相城区[城市管理局]"));
}

#[test]
fn a_document_is_found_by_its_own_number_only() {
    let desk = desk();
    desk.does(&learn());
    desk.does(&file());
    desk.does(&decide("〔2024〕相行复第12号"));
    assert_eq!(desk.finds("[2024]相行复第12号").found.len(), 1);
    let found = desk.finds("（2024）相行复第12号").found;
    assert_eq!(said(&found[0]).1, "[〔2024〕相行复第12号]");
    desk.finds_none("〔2024〕相行复第1号");
    desk.finds_none("〔2024〕相行复第2号");
}

#[test]
fn personal_values_are_never_found() {
    let folder = tempfile::tempdir().unwrap();
    let file_of = folder.path().join("s.sqlite");
    let desk = desk_on(Arc::new(SqliteStore::open(&file_of, Options::default()).unwrap()));
    desk.five_acts();
    assert_eq!(desk.finds("撤销").found.len(), 1);
    for personal in ["周一鸣", "\"周一鸣\"", "13800000000", "一鸣"] {
        desk.finds_none(personal);
    }
}

#[test]
fn a_corrected_text_is_found_by_what_it_says_now() {
    let desk = desk();
    desk.five_acts();
    let correction = CorrectionRequest {
        matter: "M".into(),
        of: 2,
        fields: vec![("复议请求".into(), Value::from("确认违法"))],
        person: "承办人甲".into(),
        role: "复议承办人".into(),
        reason: "录入有误".into(),
        client_act: "更正一".into(),
        ..CorrectionRequest::default()
    };
    desk.office.correct(&correction).unwrap_or_else(|why| panic!("{why}"));
    let found = desk.finds("确认违法").found;
    assert_eq!(said(&found[0]), ("更正·复议请求".into(), "[确认违法]".into()));
    desk.finds_none("录入有误");
}

#[test]
fn an_index_written_again_finds_the_same() {
    let desk = desk();
    desk.five_acts();
    let before: Vec<_> = desk.finds("罚款").found.iter().map(said).collect();
    desk.office.rebuild().unwrap();
    let mut told = Vec::new();
    assert_eq!(desk.office.index(&mut |read, of| told.push((read, of))).unwrap(), 5);
    assert_eq!(told, [(5, 5)]);
    let after: Vec<_> = desk.finds("罚款").found.iter().map(said).collect();
    assert!(!after.is_empty() && before == after);
}

#[test]
fn a_query_that_asks_for_nothing_is_told_what_to_write() {
    let desk = desk();
    let words = |words: &str| Search { words: words.to_owned(), ..Search::default() };
    assert!(desk.searches_in_vain(words("?!")).contains("「?!」里没有可查的字词"));
    assert!(desk.searches_in_vain(words(&"路".repeat(500))).contains("最多四百字"));
    let lost = Search { after: Some("x".into()), ..words("路灯") };
    assert!(desk.searches_in_vain(lost).contains("请从第一页查起"));
}
