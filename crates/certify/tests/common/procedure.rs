//! A made-up procedure with the shape of a real one: sixty events in phases, each with notices,
//! answers, a suspension, an extension and a choice of outcomes; decisions close the case.

use kernel::{EventSpec, FieldKind, Graph, Guard, KindSpec, Limit, Node, Repeat, Unit};

use super::Draft;

impl Draft {
    /// Phases of nine acts each between receipt and one of three ends.
    fn procedure(&mut self, copy: &str, phases: usize, erasing: bool) -> Vec<Node> {
        let limit = |n| Some(Limit::new(n, Unit::WorkingDay, false));
        let field = self.builder.field(&format!("{copy}hearing"), FieldKind::Bool, false);
        let mut all = vec![self.act_with(&format!("{copy}receive"), |_| {})];
        let mut before = all[0];
        for p in 0..phases {
            let name = |part: &str| format!("{copy}{part}{p}");
            let notice = self.act_with(&name("notice"), |s| s.repeat = Repeat::Unlimited);
            let answer = self.act_with(&name("answer"), |s| s.included = false);
            let late = self.act_with(&name("late"), |s| s.included = false);
            let stop = self.act_with(&name("stop"), |s| s.repeat = Repeat::Unlimited);
            let resume = self.act_with(&name("resume"), |s| {
                s.repeat = Repeat::Unlimited;
                s.included = false;
            });
            let extend = self.act_with(&name("extend"), |_| {});
            let review = self.act_with(&name("review"), |s| s.fields = vec![(field, true)]);
            let hear = self.act_with(&name("hear"), |s| s.included = false);
            let finish = self.act_with(&name("finish"), |_| {});
            let clause = self.clause();
            let reply = EventSpec::act(&name("reply"), clause);
            let reply = self.builder.choice(reply, &[answer, late], true);
            self.relate(KindSpec::condition(), before, notice);
            self.relate(KindSpec::response(limit(5)), before, notice);
            self.relate(KindSpec::Include, notice, answer);
            self.relate(KindSpec::Include, notice, late);
            self.relate(KindSpec::response(limit(10)), notice, reply);
            self.relate(KindSpec::condition(), reply, review);
            self.relate(KindSpec::response(limit(15)), reply, review);
            self.when(KindSpec::Include, review, hear, Guard::True(field));
            self.when(KindSpec::response(limit(20)), review, hear, Guard::True(field));
            self.relate(KindSpec::Milestone, hear, finish);
            self.relate(KindSpec::condition(), review, finish);
            self.relate(KindSpec::response(limit(60)), before, finish);
            self.relate(KindSpec::Milestone, resume, finish);
            self.relate(KindSpec::Include, stop, resume);
            self.relate(KindSpec::response(None), stop, resume);
            self.relate(KindSpec::Exclude, stop, stop);
            self.relate(KindSpec::Include, resume, stop);
            self.relate(KindSpec::Exclude, resume, resume);
            self.relate(KindSpec::Stop { until: resume }, stop, finish);
            self.relate(
                KindSpec::Extend { limit: Limit::new(30, Unit::Day, false), max: 1 },
                extend,
                finish,
            );
            for act in [notice, answer, late, stop, extend] {
                self.relate(KindSpec::Exclude, finish, act);
            }
            all.extend([notice, answer, late, stop, resume, extend, review, hear, finish]);
            before = finish;
        }
        let ends: Vec<Node> = ["grant", "refuse", "withdraw"]
            .iter()
            .map(|n| self.act_with(&format!("{copy}{n}"), |_| {}))
            .collect();
        let serve = self.act_with(&format!("{copy}serve"), |s| s.included = false);
        let archive = self.act_with(&format!("{copy}archive"), |_| {});
        for end in &ends {
            let withdraws = *end == ends[2];
            let needed = if withdraws { all[0] } else { before };
            self.relate(KindSpec::condition(), needed, *end);
            for act in &all {
                let duty = !erasing && all.iter().skip(1).any(|a| a == act);
                if !duty || withdraws {
                    self.relate(KindSpec::Exclude, *end, *act);
                }
            }
            self.relate(KindSpec::Include, *end, serve);
            self.relate(KindSpec::response(limit(5)), *end, serve);
            for other in ends.iter().filter(|o| *o != end) {
                self.relate(KindSpec::Exclude, *end, *other);
            }
        }
        self.relate(KindSpec::condition(), serve, archive);
        self.relate(KindSpec::response(limit(30)), serve, archive);
        all.extend(ends);
        all.extend([serve, archive]);
        all
    }
}

/// So many copies of a procedure with so many phases; each copy's receipt needs the last one's
/// first notice. `erasing`: the decisions exclude everything.
pub fn procedure(copies: usize, phases: usize, erasing: bool) -> Graph {
    let mut writer = Draft::new();
    let mut last: Option<Vec<Node>> = None;
    for copy in 0..copies {
        let nodes = writer.procedure(&format!("p{copy}"), phases, erasing);
        if let Some(last) = &last {
            writer.relate(KindSpec::condition(), last[1], nodes[0]);
        }
        last = Some(nodes);
    }
    writer.builder.build().expect("the procedure is well-formed")
}
