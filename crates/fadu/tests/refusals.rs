//! Forty refusals as a clerk reads them, out of the stories of the law, in a golden file.
//!
//! Each text has its four parts: what was not done, which article, which fact, what is possible now.
//! Read the file aloud after a change; accept it with `UPDATE_EXPECT=1`.

use std::collections::BTreeSet;
use std::path::Path;

use expect_test::expect_file;
use office::{Explain, Lang, Wording};

const AT_LEAST: usize = 40;

#[test]
fn forty_refusals_read_well_and_have_four_parts() {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let library = fadu::load_library(&content).unwrap();
    let wording = Wording::new(Lang::Zh);
    let (mut seen, mut texts) = (BTreeSet::new(), Vec::new());
    for procedure in &library.procedures {
        let explain = Explain { graph: &procedure.graph, wording: &wording, worked_out: &[] };
        for story in &procedure.stories {
            for told in content::run(&library, procedure, story).told {
                let Some(refusal) = &told.refusal else { continue };
                let kinds: Vec<String> = refusal
                    .failing
                    .iter()
                    .map(|f| format!("{:?}", std::mem::discriminant(&f.why)))
                    .collect();
                // One text per act and set of kinds of reason: the rest would read alike.
                if seen.insert((procedure.version.clone(), refusal.event, kinds)) {
                    texts.push(explain.refusal(refusal, &told.outlook));
                }
            }
        }
    }
    assert!(texts.len() >= AT_LEAST, "only {} refusals", texts.len());
    for refused in &texts {
        assert!(
            refused.text.starts_with(&format!("未办理「{}」", refused.act)),
            "{}",
            refused.text
        );
        assert!(refused.text.contains("现在"), "{}", refused.text);
        for reason in &refused.reasons {
            assert!(refused.text.contains(&reason.fact), "{}", refused.text);
            assert!(!reason.fact.is_empty() && !refused.text.contains('{'), "{}", refused.text);
        }
    }
    // Every third act is enough to read; all of them were checked above.
    let step = texts.len() / AT_LEAST;
    let golden: Vec<&str> =
        texts.iter().step_by(step.max(1)).take(AT_LEAST).map(|t| t.text.as_str()).collect();
    expect_file!["golden/refusals.txt"].assert_eq(&(golden.join("\n\n") + "\n"));
}
