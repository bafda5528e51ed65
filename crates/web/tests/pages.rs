//! Pages as a reader gets them: what they say, where they lead, and what they say when they cannot.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request as HttpRequest, StatusCode, header};
use content::Source;
use kernel::{Day, Instant};
use ledger::{Sm2Signer, Value};
use office::{Lang, Law, Office, Request, VirtualClock, Wording};
use store::MemoryStore;
use tower::ServiceExt;
use web::Site;

const PROCEDURE: &str = r#"
程序 办 版本="一" 施行="2020-01-01" 定版=收件 {
    角色 办
    行为 收件 由=办 依据=内部 理由="试" { 字段 事由 类型=文本 必填=#true; }
    行为 受理 由=办 依据=内部 理由="试"
    行为 办结 由=办 依据=内部 理由="试"
    前置 收件 受理 依据=内部 理由="试"
    前置 受理 办结 依据=内部 理由="先受理,再办结"
    应当 收件 办结 期限="10日" 顺延=#false 依据=内部 理由="十日办结"
}
指标 收件数 题名="收件数" 单位=件 en="received" { 计数 收件; 窗口 行为日 本年; }
"#;

fn at(month: u32, day: u32, hour: i64) -> Instant {
    Day::from_date(2024, month, day).unwrap().start().plus_seconds(hour * 3600)
}

/// An office with one matter, received on 1 March 2024; it is 20 March.
fn office(lang: Lang, matter: &str, reason: &str) -> Office {
    let source = Source { path: "procedures/办/procedure.kdl".into(), text: PROCEDURE.into() };
    let library = content::load(&[source]).unwrap_or_else(|f| panic!("{f:?}"));
    let clock = Arc::new(VirtualClock::at(at(3, 20, 9)));
    let signer = Sm2Signer::from_seed(&[7; 32]).unwrap();
    let (law, store) = (Law::new(library, "320507"), Arc::new(MemoryStore::new()));
    let office = Office::new(law, store, clock, Some(signer), Wording::new(lang));
    let request = Request {
        matter: matter.to_owned(),
        opens: Some("办".to_owned()),
        act: "收件".to_owned(),
        fields: vec![("事由".to_owned(), Value::from(reason))],
        persons: vec!["甲".to_owned()],
        role: "办".to_owned(),
        performed_at: Some(at(3, 1, 9)),
        client_act: "一".to_owned(),
        ..Request::default()
    };
    office.perform(&request).unwrap_or_else(|why| panic!("{why}"));
    office
}

/// Status, kind and text of the answer.
fn get(office: Office, path: &str) -> (StatusCode, String, String) {
    let router = Site::new(office).router();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let request = HttpRequest::get(path).body(Body::empty()).unwrap();
        let answer = router.oneshot(request).await.unwrap();
        let status = answer.status();
        let kind = answer.headers().get(header::CONTENT_TYPE);
        let kind = kind.map_or(String::new(), |k| k.to_str().unwrap().to_owned());
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, kind, String::from_utf8(bytes.to_vec()).unwrap())
    })
}

#[test]
fn the_list_leads_to_the_page_of_a_matter() {
    let (status, kind, text) = get(office(Lang::Zh, "办〔2024〕1号", "路灯"), "/matters");
    assert_eq!(status, StatusCode::OK);
    assert!(kind.starts_with("text/html"));
    let link = "/matters/%E5%8A%9E%E3%80%942024%E3%80%951%E5%8F%B7";
    assert!(text.contains(link), "{text}");
    let (status, _, text) = get(office(Lang::Zh, "办〔2024〕1号", "路灯"), link);
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("收件") && text.contains("办 甲"), "{text}");
}

#[test]
fn a_matter_shows_what_is_owed_with_its_working_and_why_not() {
    let (_, _, text) = get(office(Lang::Zh, "M", "路灯"), "/matters/M");
    assert!(text.contains("2024-03-11"), "the due day: {text}");
    assert!(text.contains("自 2024-03-01 09:00 起算"), "the working: {text}");
    assert!(text.contains("已逾期"), "{text}");
    assert!(text.contains("尚无「受理」的记录"), "why not: {text}");
    assert!(text.contains("本地规则:先受理,再办结"), "on what ground: {text}");
    assert!(text.contains("/receipts/1"), "{text}");
}

#[test]
fn words_find_a_matter_and_mark_what_was_meant() {
    let asked = "/matters?q=%E8%B7%AF%E7%81%AF"; // 路灯
    let (status, _, text) = get(office(Lang::Zh, "M", "元和街道的路灯损坏"), asked);
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("<mark>路灯</mark>损坏"), "{text}");
    assert!(text.contains("题名") && text.contains("value=\"路灯\""), "{text}");
    let (_, _, text) = get(office(Lang::Zh, "M", "井盖"), asked);
    assert!(!text.contains("<mark>") && text.contains("没有这样的事项"), "{text}");
    let (status, _, text) = get(office(Lang::Zh, "M", "井盖"), "/matters?q=%3F");
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(text.contains("没有可查的字词"), "{text}");
}

#[test]
fn the_front_door_asks_the_list() {
    let (status, ..) = get(office(Lang::Zh, "M", "路灯"), "/?q=%E8%B7%AF%E7%81%AF");
    assert_eq!(status, StatusCode::TEMPORARY_REDIRECT);
}

#[test]
fn what_people_wrote_is_never_markup() {
    let (_, _, text) = get(office(Lang::Zh, "<script>x</script>", "<b>"), "/matters");
    assert!(!text.contains("<script>"), "{text}");
    let (_, _, text) = get(office(Lang::Zh, "M", "<script>x</script>"), "/matters?q=script");
    assert!(text.contains("<mark>script</mark>") && !text.contains("<script>"), "{text}");
}

#[test]
fn a_figure_opens_its_acts() {
    let (_, _, text) = get(office(Lang::Zh, "M", "路灯"), "/report/2024");
    assert!(text.contains("/report/2024/%E6%94%B6%E4%BB%B6%E6%95%B0"), "{text}");
    let link = "/report/2024/%E6%94%B6%E4%BB%B6%E6%95%B0";
    let (status, _, text) = get(office(Lang::Zh, "M", "路灯"), link);
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("/matters/M#record-1") && text.contains("/receipts/1"), "{text}");
}

#[test]
fn every_list_is_linked_as_a_spreadsheet_that_arrives_whole() {
    let figure = "%E6%94%B6%E4%BB%B6%E6%95%B0";
    for (page, list) in [
        ("/matters?q=M&state=open", "/lists/matters.csv?procedure=&amp;state=open&amp;q=M"),
        ("/matters", "/lists/owed.csv"),
        ("/matters", "/lists/attempts.csv"),
        ("/report/2024", "/lists/figures.csv?year=2024"),
        (
            &format!("/report/2024/{figure}"),
            &format!("/lists/acts.csv?year=2024&amp;figure={figure}"),
        ),
    ] {
        let house = || office(Lang::Zh, "M", "路灯");
        assert!(get(house(), page).2.contains(&format!("href=\"{list}\"")), "{page}: {list}");
        let address = list.replace("&amp;", "&");
        let (status, kind, text) = get(house(), &address);
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/csv; charset=utf-8"), "{list}");
        let rows = if list.contains("attempts") { 1 } else { 2 };
        assert_eq!(text.lines().count(), rows, "{list}: {text}");
        let router = Site::new(house()).router();
        let asked = HttpRequest::get(address.replace(".csv", ".xlsx")).body(Body::empty()).unwrap();
        let book = tokio::runtime::Runtime::new().unwrap().block_on(async {
            let answer = router.oneshot(asked).await.unwrap();
            to_bytes(answer.into_body(), 1 << 20).await.unwrap()
        });
        assert!(book.starts_with(b"PK") && book.len() > 1_000, "{list}");
    }
}

#[test]
fn the_filter_of_the_list_holds_for_its_file() {
    let (_, _, text) = get(office(Lang::Zh, "M", "路灯"), "/lists/matters.csv?state=closed");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn a_receipt_is_a_file_that_can_be_checked() {
    let house = office(Lang::Zh, "M", "路灯");
    let (verifier, origin) = (house.verifier().unwrap(), house.origin.clone());
    let (status, kind, text) = get(house, "/receipts/1");
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/json"));
    ledger::Receipt::parse(&text).unwrap().check(&origin, &verifier).unwrap();
}

#[test]
fn what_is_not_there_says_what_to_do_instead() {
    for path in ["/matters/X", "/receipts/99", "/report/2024/X", "/lists/x.csv", "/lists/acts.csv"]
    {
        let (status, _, text) = get(office(Lang::Zh, "M", "路灯"), path);
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(text.contains("<h1>") && text.contains("没有"), "{path}: {text}");
    }
}

#[test]
fn english_pages_are_english() {
    let (_, _, text) = get(office(Lang::En, "M", "路灯"), "/report/2024");
    assert!(text.contains("lang=\"en\"") && text.contains("received"), "{text}");
}

#[test]
fn templates_use_no_style_or_script_of_their_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap();
        assert!(!text.contains("style=\"") && !text.contains("<script"), "{:?}", entry.path());
    }
}
