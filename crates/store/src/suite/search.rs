//! Is what is looked for found, and nothing else?
//!
//! Every store must give the same matters in the same order.

use ledger::{District, Record};

use super::clerk::{Ask, DISTRICT, Reteller, commit_all};
use crate::words::{Cut, words};
use crate::{MatterFilter, MatterState, NoQuery, Of, Query, Store, Tell, search};

/// Opens matters that say something.
fn open(store: &dyn Store, matters: &[(&str, &str)]) {
    let ask = |(matter, text): &(&str, &str)| {
        let client = format!("open {matter}");
        Ask { text: (*text).to_owned(), ..Ask::new(matter, &client, "open", 1) }
    };
    commit_all(store, DISTRICT, &matters.iter().map(ask).collect::<Vec<_>>());
}

fn catch_up(store: &dyn Store, limit: u32) -> u64 {
    loop {
        let indexed = store.index(DISTRICT, &mut Reteller::default(), limit).expect("indexed");
        if indexed.is_complete {
            return indexed.records;
        }
    }
}

fn found(store: &dyn Store, query: &str) -> Vec<String> {
    filtered(store, query, &MatterFilter::default())
}

fn filtered(store: &dyn Store, query: &str, filter: &MatterFilter) -> Vec<String> {
    let query = Query::read(query).expect("a query");
    let hits = search(store, DISTRICT, (&query, filter), None, 100).expect("searched");
    hits.into_iter().map(|hit| hit.head.matter).collect()
}

/// Names first, titles next, and what was entered last; the latest first.
pub fn words_and_names_are_found_in_one_order(store: &dyn Store) {
    open(
        store,
        &[
            ("甲", "元和街道的路灯损坏"),
            ("路灯二", "要求听证会"),
            ("路灯一", "在元和路灯下"),
            ("管网 路灯", "污水"),
            ("丙", "路灯"),
        ],
    );
    assert_eq!(catch_up(store, 2), 5);
    assert_eq!(found(store, "路灯"), ["路灯一", "路灯二", "管网 路灯", "丙", "甲"]);
    assert_eq!(found(store, "元和"), ["路灯一", "甲"]);
    assert_eq!(found(store, "听证"), ["路灯二"]);
    assert_eq!(found(store, "损坏 路灯"), ["甲"]);
    assert_eq!(found(store, "\"损坏 路灯\""), [""; 0]);
    assert_eq!(found(store, "“路灯损坏”"), ["甲"]);
    assert_eq!(found(store, "污水 听证"), [""; 0]);
    assert_eq!(found(store, "A FIRM").len(), 5);
    let text = Query::read("路灯").expect("a query");
    let all = MatterFilter::default();
    assert_eq!(search(store, District(1), (&text, &all), None, 9).expect("searched"), []);
    commit_all(store, DISTRICT, &[Ask::new("丙", "close", "close", 2)]);
    let closed = MatterFilter { state: Some(MatterState::Closed), ..all.clone() };
    assert_eq!(filtered(store, "路灯", &closed), ["丙"]);
    let other = MatterFilter { procedure: Some("other".into()), ..all.clone() };
    assert_eq!(filtered(store, "路灯", &other), [""; 0]);
    let simple = MatterFilter { procedure: Some("simple".into()), ..all };
    assert_eq!(filtered(store, "路灯", &simple).len(), 5);
}

/// Neither by one it begins with nor by one that begins with it, whatever the brackets.
pub fn a_document_is_found_by_its_number_and_by_no_other(store: &dyn Store) {
    open(
        store,
        &[
            ("a", "依据苏相府复〔2024〕12号"),
            ("b", "苏相府复〔2024〕1号"),
            ("c", "苏相府决〔2024〕12号、苏相府复〔2023〕12号"),
            ("〔2024〕相行复第21号", "申请"),
            ("〔2024〕相行复第210号", "申请"),
        ],
    );
    catch_up(store, 100);
    for query in ["苏相府复〔2024〕12号", "苏相府复(2024)12号", "府复［２０２４］０１２号"]
    {
        assert_eq!(found(store, query), ["a"], "{query}");
    }
    assert_eq!(found(store, "〔2024〕1号"), ["b"]);
    assert_eq!(found(store, "〔2024〕12号"), ["c", "a"]);
    assert_eq!(found(store, "[2024]相行复第21号"), ["〔2024〕相行复第21号"]);
    assert_eq!(found(store, "(2024)相行复第21"), ["〔2024〕相行复第210号", "〔2024〕相行复第21号"]);
    assert_eq!(found(store, "相行复第21号"), ["〔2024〕相行复第21号"]);
    assert_eq!(found(store, "申请 〔2024〕相行复第210号"), ["〔2024〕相行复第210号"]);
}

/// No matter is on two pages or on none.
pub fn pages_go_on_where_the_last_one_ended(store: &dyn Store) {
    let names: Vec<String> = (0..40)
        .map(|at| match at % 3 {
            0 => format!("灯-{at}"),
            1 => format!("m-灯-{at}"),
            _ => format!("m{at}"),
        })
        .collect();
    open(store, &names.iter().map(|name| (name.as_str(), "灯 亮")).collect::<Vec<_>>());
    catch_up(store, 7);
    let (query, all) = (Query::read("灯").expect("a query"), MatterFilter::default());
    let whole = search(store, DISTRICT, (&query, &all), None, 100).expect("searched");
    assert_eq!(whole.len(), 40);
    for size in [1, 3, 7, 13, 14, 27, 39] {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = search(store, DISTRICT, (&query, &all), after.as_ref(), size);
            let page = page.expect("searched");
            let Some(last) = page.last() else { break };
            assert!(page.len() <= size as usize);
            after = Some(last.place.to_string().parse().expect("a place"));
            pages.extend(page);
        }
        assert_eq!(pages, whole, "{size}");
    }
}

/// Texts put together by chance, against a scan of them.
pub fn what_is_found_is_what_a_scan_of_the_texts_finds(store: &dyn Store) {
    let pieces = ["路灯", "损坏", "元和", "听证会", "〔2024〕1号", "AB", ", ", "街道", "复议"];
    let mut chance = 7u64;
    let mut draw = |below: usize| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (chance >> 33) as usize % below
    };
    let texts: Vec<(String, String)> = (0..120)
        .map(|at| {
            let text = (0..=draw(5)).map(|_| pieces[draw(pieces.len())]).collect();
            (format!("m{at}"), text)
        })
        .collect();
    let opened: Vec<_> = texts.iter().map(|(name, text)| (&**name, &**text)).collect();
    open(store, &opened);
    catch_up(store, 11);
    for _ in 0..80 {
        let text: Vec<&str> = (0..=draw(2)).map(|_| pieces[draw(pieces.len())]).collect();
        let text = match draw(3) {
            0 => format!("\"{}\"", text.concat()),
            _ => text.join(" "),
        };
        let Ok(query) = Query::read(&text) else { continue };
        let is_meant = |text: &&(String, String)| scanned(&query, &text.1);
        let expected: Vec<&String> = texts.iter().filter(is_meant).map(|(name, _)| name).collect();
        let mut names = found(store, &text);
        names.reverse();
        assert_eq!(names.iter().collect::<Vec<_>>(), expected, "{text}");
    }
}

/// Whether all clauses occur in a text.
fn scanned(query: &Query, text: &str) -> bool {
    let words: Vec<String> = words(text, Cut::Within).into_iter().map(|w| w.word).collect();
    let numbers = crate::words::numbers(text);
    query.clauses().iter().all(|clause| match clause.of {
        Of::Text => words.windows(clause.words.len()).any(|at| at == &clause.words[..]),
        Of::Number => numbers.iter().any(|number| number.words.ends_with(&clause.words)),
    })
}

/// Nothing that is typed is an error of an engine.
pub fn whatever_is_typed_is_a_query_or_none(store: &dyn Store) {
    open(store, &[("m", "NOT AND OR near 路灯")]);
    catch_up(store, 9);
    let pieces = [
        "AND",
        "OR",
        "NOT",
        "NEAR(a b, 2)",
        "\"",
        "“",
        "'",
        "''",
        "*",
        "^",
        ":",
        "words:",
        "{a b}:",
        "(",
        ")",
        "+",
        "-",
        "<->",
        "<2>",
        "&",
        "|",
        "!",
        ":*",
        ":A",
        "\\",
        "%",
        "_",
        "\0",
        "¶",
        "§a",
        "№1",
        "路",
        "路灯",
        "〔2024〕1号",
        "\u{10ffff}",
        "😀",
        "é",
        "e\u{301}",
        "1/2",
        "$1",
        "?1",
        "--",
        ";",
    ];
    for one in pieces {
        for other in pieces {
            for text in
                [format!("{one}{other}"), format!("{one} {other}"), format!("\"{one}{other}")]
            {
                let all = MatterFilter::default();
                match Query::read(&text) {
                    Ok(query) => drop(
                        search(store, DISTRICT, (&query, &all), None, 3)
                            .unwrap_or_else(|error| panic!("{text:?}: {error}")),
                    ),
                    Err(why) => assert_eq!(why, NoQuery::Empty, "{text:?}"),
                }
            }
        }
    }
    assert_eq!(found(store, "not AND or"), ["m"]);
}

/// What is found is what was indexed; an entry is written again when its matter says more.
pub fn the_index_follows_the_log_and_is_dropped_with_the_views(store: &dyn Store) {
    open(store, &[("a", "路灯"), ("b", "井盖")]);
    assert_eq!((store.indexed(DISTRICT).expect("read"), found(store, "路灯").len()), (0, 0));
    assert_eq!(catch_up(store, 1), 2);
    let later = |client: &str, act: &str, text: &str| Ask {
        text: text.into(),
        ..Ask::new("b", client, act, 3)
    };
    commit_all(store, DISTRICT, &[later("1", "note", "不说"), later("2", "answer", "路灯")]);
    assert_eq!(found(store, "路灯"), ["a"]);
    assert_eq!(catch_up(store, 9), 4);
    assert_eq!(store.indexed(DISTRICT).expect("read"), 4);
    assert_eq!(
        (found(store, "路灯"), found(store, "路灯 井盖")),
        (vec!["b".into(), "a".into()], vec!["b".into()])
    );
    assert_eq!(found(store, "不说"), [""; 0]);
    store.rebuild(DISTRICT, &mut Reteller::default()).expect("rebuilt");
    assert_eq!((store.indexed(DISTRICT).expect("read"), found(store, "路灯").len()), (0, 0));
    assert_eq!(catch_up(store, 3), 4);
    assert_eq!(found(store, "路灯"), ["b", "a"]);
    assert_eq!(found(store, "b"), ["b"]);
}

/// Falls over a text.
struct Stumbling;

impl Tell for Stumbling {
    fn texts(&mut self, record: &Record) -> Option<Vec<String>> {
        assert!(record.matter != "b", "the teller stumbles");
        Some(vec!["井盖".into()])
    }
}

/// Half of a page is nothing.
pub fn an_index_that_cannot_be_written_stays_as_it_was(store: &dyn Store) {
    open(store, &[("a", "路灯"), ("b", "路灯")]);
    let index = || store.index(DISTRICT, &mut Stumbling, 9);
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(index)).expect_err("it stumbles");
    assert_eq!((store.indexed(DISTRICT).expect("read"), found(store, "井盖").len()), (0, 0));
    assert_eq!(catch_up(store, 9), 2);
    assert_eq!((found(store, "路灯").len(), found(store, "井盖").len()), (2, 0));
}
