//! The other systems of the place: each sample has exactly the faults that were put into it.
//!
//! As everywhere here the expected faults were computed apart from the program. Beside rows that are
//! late, too early, reversed, missing or there twice, each sample has rows done on the very last day.

use super::*;

/// Family, sample, and how many rows are sealed and returned.
const SAMPLES: [(&str, &str, usize, usize); 5] = [
    ("行政处罚", "行政处罚2023", 19, 5),
    ("重大行政决策", "重大行政决策2023", 17, 4),
    ("重大行政决策目录", "重大行政决策目录", 6, 3),
    ("集成指挥平台", "集成指挥平台2023", 25, 5),
    ("领导留言板", "领导留言板2023", 20, 5),
];

fn mapping_of(family: &str) -> Mapping {
    let path = format!("places/320507/mappings/{family}台账.kdl");
    let text = fs::read_to_string(root().join(&path)).unwrap();
    Mapping::read(&Source { path, text }, library()).unwrap_or_else(|f| panic!("{}", f[0]))
}

#[test]
fn every_sample_of_the_place_has_exactly_the_faults_that_were_put_into_it() {
    for (family, sample, sealed, rejected) in SAMPLES {
        let bytes = fs::read(root().join(format!("places/320507/samples/{sample}.csv"))).unwrap();
        let (office, mapping) = (office(), mapping_of(family));
        let read = || import(&office, &mapping, bytes[..].into(), &mut |_, _| {}).unwrap();
        let report = read();
        assert_eq!((report.sealed, report.rejected.len()), (sealed, rejected), "{sample}");
        agrees(&report, &format!("{sample}.faults.json"));
        let (size, again) = (log_size(&office), read());
        assert_eq!((log_size(&office), again.unchanged, again.sealed), (size, sealed, 0));
        assert_eq!(again.faults, report.faults, "{sample}");
        office.checkpoint().unwrap();
        let verified = office.verify(&office.verifier().unwrap(), None).unwrap();
        assert!(verified.is_sound(), "{sample}: {:?}", verified.unlawful);
    }
}

#[test]
fn a_rule_of_the_place_is_told_as_one_and_its_row_as_sealed() {
    let path = root().join("places/320507/samples/领导留言板2023.csv");
    let bytes = fs::read(path).unwrap();
    let mapping = mapping_of("领导留言板");
    let report = import(&office(), &mapping, bytes[..].into(), &mut |_, _| {}).unwrap();
    let text = report.to_text();
    assert!(text.contains("「分流」逾期。本地规则;期限至 2023-02-07"), "{text}");
    let unapproved = text.lines().find(|line| line.contains("仍办「公开回复」")).unwrap();
    assert!(!unapproved.contains("没有封存"), "{unapproved}");
}

#[test]
fn amounts_are_written_in_yuan_and_sealed_in_cents() {
    let bytes = fs::read(root().join("places/320507/samples/行政处罚2023.csv")).unwrap();
    let office = office();
    import(&office, &mapping_of("行政处罚"), bytes[..].into(), &mut |_, _| {}).unwrap();
    let fine = |matter: &str| {
        let records = office.store.matter_records(office.law.district, matter, 0).unwrap();
        let record = records.iter().map(|r| r.read().unwrap()).find(|r| r.act == "审查调查结果");
        record.unwrap().payload.get("决定罚款额").and_then(ledger::Value::as_integer)
    };
    assert_eq!(fine("相罚〔2023〕1号"), Some(50_000));
    assert_eq!(fine("相罚〔2023〕2号"), Some(500_000));
    assert_eq!(fine("相罚〔2023〕5号"), Some(200_000));
}
