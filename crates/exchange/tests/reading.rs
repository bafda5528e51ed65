//! Does a file in either format mean what it says, and is everything else refused at its line?

#![allow(clippy::unwrap_used)]

use exchange::{Format, Lang, read};
use kernel::{Act, Calendar, Day, Env, Graph, Marking, Year, outlook, step};

const PORTAL: &str = include_str!("fixtures/portal.xml");
const EDITOR: &str = include_str!("fixtures/editor.xml");

/// Codes and lines of the faults.
fn faults(text: &str) -> Vec<(&'static str, u32)> {
    match read("a.xml", text) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|f| (f.code, f.line)).collect(),
    }
}

/// The fixture with one part replaced: its faults, and the line the part stands on.
fn changed(fixture: &str, from: &str, to: &str) -> (Vec<(&'static str, u32)>, u32) {
    assert!(fixture.contains(from), "{from}");
    let line = fixture[..fixture.find(from).unwrap()].matches('\n').count() as u32 + 1;
    (faults(&fixture.replacen(from, to, 1)), line)
}

fn calendar() -> Calendar {
    Calendar::new(0, &[2024, 2025].map(|year| Year { year, ..Year::default() })).unwrap()
}

/// Does the acts, each on its day of 2024; gives what is possible and owed after each.
fn course(graph: &Graph, acts: &[(&str, u32, u32)]) -> Vec<(Vec<String>, Vec<String>)> {
    let calendar = calendar();
    let env = Env { calendar: &calendar, params: &[] };
    let day = |m, d| Day::from_date(2024, m, d).unwrap().start();
    let mut case = Marking::initial(graph, &env, day(1, 1));
    let name = |e: kernel::EventId| graph.event(e).name.clone();
    let told = |(act, m, d): &(&str, u32, u32)| {
        let event = graph.event_named(act).unwrap();
        step(graph, &mut case, &env, &Act::bare(event, day(*m, *d))).unwrap();
        let seen = outlook(graph, &case, &env, day(*m, *d));
        let due = |o: &kernel::Owed| match o.duty.due() {
            Some(due) => format!("{} {}", name(o.event), due.due.day()),
            None => name(o.event),
        };
        let possible = seen.possible.iter().map(|p| name(p.event)).collect();
        (possible, seen.owed.iter().map(due).collect())
    };
    acts.iter().map(told).collect()
}

#[test]
fn both_formats_give_the_same_graph_with_groups_labels_times_and_marking() {
    let (portal, editor) = (read("p.xml", PORTAL).unwrap(), read("e.xml", EDITOR).unwrap());
    assert_eq!((portal.format, editor.format), (Format::Portal, Format::Editor));
    for imported in [portal, editor] {
        assert_eq!((imported.groups, imported.arrows), (2, 7));
        let graph = &imported.graph;
        let names: Vec<&str> = graph.events.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["file", "check [e2]", "check [e3]", "decide", "withdraw", "e6"]);
        assert_eq!(graph.roles, ["applicant"]);
        assert_eq!(graph.relations.len(), 10);
        let acts = [("file", 3, 1), ("check [e2]", 3, 2), ("check [e3]", 3, 2), ("decide", 3, 5)];
        let told = course(graph, &acts);
        assert_eq!(told[0].0, ["file", "check [e2]", "check [e3]", "withdraw"]);
        assert_eq!(told[0].1, ["decide 2024-03-31", "e6"]);
        assert_eq!(told[2].0, ["file", "check [e2]", "check [e3]", "decide", "withdraw"]);
        assert!(!told[3].0.contains(&"e6".to_owned()), "three days have not run");
        let waited = course(graph, &[&acts[..], &[("e6", 3, 8)]].concat());
        assert!(waited[4].1.is_empty());
        let withdrawn = course(graph, &[("file", 3, 1), ("withdraw", 3, 2)]);
        assert_eq!(withdrawn[1].0, ["file", "decide", "withdraw"]);
    }
}

#[test]
fn no_clause_has_a_citation_and_each_points_to_its_line() {
    let imported = read("p.xml", PORTAL).unwrap();
    for clause in &imported.graph.clauses {
        assert!(clause.citations.is_empty());
        assert!(clause.reason.as_ref().unwrap().starts_with("uncited: p.xml:"), "{clause:?}");
    }
    let told = imported.graph.clauses.iter().find(|c| c.name == "response e1 e4").unwrap();
    let line = PORTAL.lines().position(|l| l.contains("<responses>")).unwrap() + 1;
    assert_eq!(told.reason.as_deref(), Some(&*format!("uncited: p.xml:{line} \"act#5\"")));
}

#[test]
fn what_is_not_understood_in_the_portals_format_is_refused_at_its_line() {
    let cases = [
        ("time=\"3d\"", "time=\"3m\"", "time-ambiguous"),
        ("time=\"3d\"", "time=\"three days\"", "time"),
        ("time=\"3d\"", "time=\"PT5M\"", "time-minutes"),
        ("time=\"P30D\"", "time=\"P1M1D\"", "time-mixed"),
        ("time=\"P30D\"", "time=\"P900Y\"", "time-long"),
        ("<include sourceId=\"e1\"", "<include time=\"P1D\" sourceId=\"e1\"", "time-here"),
        ("time=\"P30D\"", "expressionId=\"unused\"", "guarded"),
        ("time=\"P30D\"", "strength=\"9\"", "attribute"),
        ("<coresponces/>", "<coresponces><x sourceId=\"e1\"/></coresponces>", "relation-kind"),
        ("<updates/>", "<updates><update sourceId=\"e1\"/></updates>", "relation-kind"),
        ("<spawns/>", "<spawns><spawn sourceId=\"e1\"/></spawns>", "relation-kind"),
        ("<templateSpawns/>", "<templateSpawns>x</templateSpawns>", "relation-kind"),
        ("<subProcesses/>", "<subProcesses><s id=\"1\"/></subProcesses>", "process"),
        ("<distribution/>", "<distribution>x</distribution>", "element"),
        ("<globalStore/>", "<globalStore><v id=\"x\"/></globalStore>", "data"),
        ("<eventData/>", "<eventData dataType=\"int\"/>", "data"),
        ("<precondition message=\"\"/>", "<precondition>x = 1</precondition>", "guard"),
        ("id=\"e4\"/>", "id=\"e4\" type=\"form\"/>", "event-type"),
        ("id=\"e4\"/>", "id=\"e4\" computation=\"c\"/>", "attribute"),
        ("sourceId=\"e5\" targetId=\"g1\"", "sourceId=\"e5\" targetId=\"g9\"", "no-such-event"),
        ("sourceId=\"e5\" targetId=\"g1\"", "sourceId=\"e5\"", "ends"),
        ("<include sourceId=\"e1\"", "<condition sourceId=\"e1\"", "element"),
        ("<executed/>", "<executed><event id=\"g1\"/></executed>", "group-marked"),
        ("<executed/>", "<executed><event id=\"e9\"/></executed>", "no-such-event"),
        ("<executed/>", "<executed><event id=\"e1\" time=\"x\"/></executed>", "attribute"),
        ("<event id=\"e6\"/>", "<event id=\"e6\"/><event id=\"e1\"/>", "same-id"),
        ("<event id=\"e6\"/>", "<event id=\"e6\"/><event/>", "no-id"),
        (
            "<event id=\"e6\"/>",
            "<event id=\"e6\"/><event id=\"g\" type=\"nesting\"/>",
            "empty-group",
        ),
        ("eventId=\"e1\" ", "", "label"),
        ("eventId=\"e1\" ", "eventId=\"e9\" ", "no-such-event"),
    ];
    for (from, to, code) in cases {
        let (found, line) = changed(PORTAL, from, to);
        assert_eq!(found, [(code, line)], "{from} → {to}");
    }
}

#[test]
fn a_sub_process_is_refused_once_and_not_again_at_each_relation_to_it() {
    let (found, line) = changed(PORTAL, "type=\"nesting\"", "type=\"subprocess\"");
    assert_eq!(found, [("process", line)]);
}

#[test]
fn what_is_not_understood_in_the_editors_format_is_refused_at_its_line() {
    let cases = [
        ("time=\"P3D\"", "time=\"P\"", "time"),
        ("guard=\"\"", "guard=\"x\"", "guarded"),
        ("type=\"milestone\"", "type=\"noresponse\"", "relation-kind"),
        ("type=\"milestone\"", "", "relation-kind"),
        ("type=\"milestone\"", "type=\"milestone\" forAll=\"true\"", "attribute"),
        ("included=\"false\"", "included=\"no\"", "boolean"),
        ("included=\"false\"", "", "part-missing"),
        ("<dcr:event id=\"e5\"", "<dcr:subProcess id=\"s\"/><dcr:event id=\"e5\"", "process"),
        ("targetRef=\"e5\"", "targetRef=\"e7\"", "no-such-event"),
        (
            "</dcr:definitions>",
            "<dcr:variables><v id=\"1\"/></dcr:variables></dcr:definitions>",
            "element",
        ),
    ];
    for (from, to, code) in cases {
        let (found, line) = changed(EDITOR, from, to);
        assert_eq!(found.first().map(|f| f.0), Some(code), "{from} → {to}: {found:?}");
        assert_eq!(found[0].1, line, "{from} → {to}");
    }
}

#[test]
fn an_exclude_that_an_include_undoes_is_refused_also_inside_a_group() {
    let include = "<includes><include sourceId=\"g1\" targetId=\"e2\"/><include";
    let exclude = "<excludes><exclude sourceId=\"e3\" targetId=\"g1\"/><exclude";
    let text = PORTAL.replacen("<includes><include", include, 1);
    let text = text.replacen("<excludes><exclude", exclude, 1);
    assert_eq!(faults(&text).iter().map(|f| f.0).collect::<Vec<_>>(), ["include-and-exclude"]);
}

#[test]
fn a_wait_from_an_act_executed_at_an_unknown_time_is_refused() {
    let (found, _) = changed(PORTAL, "<executed/>", "<executed><event id=\"e4\"/></executed>");
    let line = PORTAL.lines().position(|l| l.contains("3d")).unwrap() as u32 + 1;
    assert_eq!(found, [("executed-when", line)]);
}

#[test]
fn a_marking_that_says_nothing_of_inclusion_is_refused_and_no_marking_means_all_in() {
    let (start, end) = (PORTAL.find("<included>").unwrap(), PORTAL.find("</included>").unwrap());
    let without = format!("{}{}", &PORTAL[..start], &PORTAL[end + "</included>".len()..]);
    assert_eq!(faults(&without).iter().map(|f| f.0).collect::<Vec<_>>(), ["part-missing"]);
    let (start, end) = (PORTAL.find("<runtime>").unwrap(), PORTAL.find("</runtime>").unwrap());
    let bare = format!("{}{}", &PORTAL[..start], &PORTAL[end + "</runtime>".len()..]);
    assert!(read("a.xml", &bare).unwrap().graph.events.iter().all(|e| e.included));
}

#[test]
fn other_files_and_broken_ones_are_refused() {
    let codes = |text: &str| faults(text).iter().map(|f| f.0).collect::<Vec<_>>();
    assert_eq!(codes(""), ["xml"]);
    assert_eq!(codes("{\"a\": 1}"), ["xml"]);
    assert_eq!(codes("<dcrgraph><specification></dcrgraph>"), ["xml"]);
    let bomb = "<!DOCTYPE d [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]><dcrgraph title=\"&b;\"/>";
    assert_eq!(codes(bomb), ["xml"]);
    assert_eq!(codes("<bpmn/>"), ["root"]);
    assert_eq!(codes("<definitions/>"), ["root"]);
    assert_eq!(codes("<dcrgraph/>"), ["part-missing"]);
    assert_eq!(codes("<dcrgraph><specification/></dcrgraph>"), ["part-missing"]);
    let head = "<dcrgraph><specification><resources><events>";
    let tail = "</events></resources></specification></dcrgraph>";
    let nest =
        |n: usize| format!("{head}{}{}{tail}", "<event id=\"x\">".repeat(n), "</event>".repeat(n));
    assert!(codes(&nest(70)).contains(&"deep"));
    assert!(!codes(&nest(20_000)).is_empty());
    let many: String = (0..300).map(|n| format!("<event id=\"e{n}\"/>")).collect();
    assert_eq!(codes(&format!("{head}{many}{tail}")), ["graph"]);
}

#[test]
fn a_fault_has_its_place_and_says_what_is_possible_in_both_languages() {
    let found = read("a.xml", &PORTAL.replacen("3d", "3m", 1)).unwrap_err();
    let english = found[0].text(Lang::En);
    assert!(english.starts_with("a.xml:36:9: nothing was taken over: `3m`"), "{english}");
    assert!(english.contains("P1M"));
    assert!(found[0].text(Lang::Zh).contains("没有接收"));
}
