"""Works out figures of a year from an exported log, by itself.

Reads one canonical record a line (`fadu export --format acts-jsonl`); prints JSON:

    {"figures": {id: {"value": [n, d] or null, "acts": [numbers]}}, "changes": {number: [ids]}}

"changes" says for each record number given after the year which figures would be others without it.

Shares no code with the program and reads none of its content: what each figure counts is written down
here a second time, from the dossiers. Of the record format it knows what its description says. When a
duty is due it reads from the act that made it ("resolved"); everything else follows from the acts.

    python3 figures.py EXPORT YEAR [NUMBER …]
"""

import datetime
import json
import sys
from fractions import Fraction

EPOCH = datetime.datetime(1970, 1, 1)


def year_of(seconds):
    return (EPOCH + datetime.timedelta(seconds=seconds)).year


class Act:
    """An act of a person or of the clock, as corrections leave it, with the matter's fields behind it."""

    def __init__(self, record):
        self.number = record["Record"][2]
        self.matter = record["Record"][3]
        self.procedure = record["procedure"]
        self.name = record["act"]
        self.version = record["version"]
        self.at = record["at"]
        self.own = {k: v for k, v in record.get("payload", {}).items() if not k.startswith("@")}
        self.resolved = record.get("resolved", [])
        self.fields = {}


def matters_of(records, left_out=None):
    """The acts of each matter in the order in which they were done."""
    acts = {}
    for record in records:
        number, payload = record["Record"][2], record.get("payload", {})
        if number == left_out:
            continue
        if record["act"] == "correction":
            corrected = acts.get(payload["@of"])
            if payload.get("@annul"):
                acts.pop(payload["@of"], None)
            elif corrected:
                corrected.at = payload.get("@performed", corrected.at)
                corrected.own.update(payload.get("@fields", {}))
        elif record["act"] not in ("breach", "lapse"):
            acts[number] = Act(record)
    matters = {}
    for act in sorted(acts.values(), key=lambda a: (a.at, a.number)):
        matters.setdefault(act.matter, []).append(act)
    for matter in matters.values():
        fields = {}
        for act in matter:
            fields = {**fields, **act.own}
            act.fields = fields
    return matters


class Log:
    """The matters and the year asked about."""

    def __init__(self, matters, year, until):
        self.year, self.until = year, until
        self.of = {}
        for matter in matters.values():
            self.of.setdefault(matter[0].procedure, []).append(matter)


class Count:
    """Acts in the year, by name, or by version of the law and name; `year_by` names the act whose day
    decides the year, `never` acts that undo it."""

    def __init__(self, procedure, names, where=None, total=None, by=None, distinct=None, year_by=None, never=()):
        self.procedure, self.names, self.where = procedure, names, where
        self.total, self.by, self.distinct, self.year_by, self.never = total, by, distinct, year_by, never

    def counted(self, log, year):
        for matter in log.of.get(self.procedure, []):
            if any(act.name in self.never for act in matter):
                continue
            deciding = [act.at for act in matter if act.name == self.year_by]
            for act in matter:
                names = self.names if isinstance(self.names, str) else self.names[act.version]
                if act.name not in names.split() or self.where and not self.where(act.fields):
                    continue
                if self.year_by and not deciding:
                    continue
                if year_of(deciding[-1] if self.year_by else act.at) == year:
                    yield act

    def answer(self, log, year):
        acts = list(self.counted(log, year))
        if self.total:
            value = sum(act.fields.get(self.total, 0) for act in acts)
        elif self.distinct:
            value = len({act.fields[self.distinct] for act in acts if self.distinct in act.fields})
        else:
            value = len(acts)
        return Fraction(value), [act.number for act in acts]


class Duty:
    """Duties due in the year; `done` fulfils them, `gone` takes them back."""

    def __init__(self, procedure, duty, done=None, gone="", in_time=False):
        self.procedure, self.duty, self.in_time = procedure, duty, in_time
        self.done, self.gone = (done or duty).split(), gone.split()

    def spans(self, log):
        """(made by, made at, due, act that ended it or None, whether that fulfilled it)"""
        for matter in log.of.get(self.procedure, []):
            span = None
            for act in matter:
                if span and act.name in self.done + self.gone:
                    yield (*span, act, act.name in self.done)
                    span = None
                for start in act.resolved:
                    if start["duty"] == self.duty:
                        span = (act.number, act.at, start["due"])
            if span:
                yield (*span, None, False)

    def answer(self, log, year):
        numbers = []
        for made_by, _, due, end, fulfilled in self.spans(log):
            was_due = due < (end.at if end else log.until)
            in_time = fulfilled and end.at <= due
            if (fulfilled or was_due) and (in_time or not self.in_time) and year_of(due) == year:
                numbers.append(end.number if fulfilled else made_by)
        return Fraction(len(numbers)), numbers


class Stock(Duty):
    """Duties that stand at the end of the year."""

    def answer(self, log, year):
        end_of_year = int((datetime.datetime(year + 1, 1, 1) - EPOCH).total_seconds()) - 1
        stands = lambda at, end: at <= end_of_year and (not end or end.at > end_of_year)
        numbers = [n for n, at, _, end, _ in self.spans(log) if stands(at, end)]
        return Fraction(len(numbers)), numbers


class Sum:
    """Figures added up, some of them with a minus, some of the year before."""

    def __init__(self, *plus, minus=(), previous=()):
        self.plus, self.minus, self.previous = plus, minus, previous

    def answer(self, log, year):
        terms = [(f, 1, year) for f in self.plus] + [(f, -1, year) for f in self.minus]
        terms += [(f, -1, year - 1) for f in self.previous]
        answers = [(sign, *FIGURES[f].answer(log, y)) for f, sign, y in terms]
        return sum(sign * value for sign, value, _ in answers), [n for *_, acts in answers for n in acts]


class Rate:
    """One figure or count divided by another."""

    def __init__(self, above, below):
        self.above, self.below = above, below

    def answer(self, log, year):
        (above, acts), (below, others) = self.above.answer(log, year), self.below.answer(log, year)
        return (above / below if below else None), acts + others


class Previous:
    """A figure of the year before."""

    def __init__(self, figure):
        self.figure = figure

    def answer(self, log, year):
        return FIGURES[self.figure].answer(log, year - 1)


def in_time(*duty, **more):
    return Rate(Duty(*duty, **more, in_time=True), Duty(*duty, **more))


def has(*names):
    return lambda f: any(name in f for name in names)


SATISFIED = ("非常满意", "满意", "基本满意")
REVIEW, PENALTY, DECISION = "行政复议", "行政处罚", "重大行政决策"
CATALOGUE, PLATFORM, BOARD = "重大行政决策目录", "集成指挥平台", "领导留言板"
ACCEPTED = {"2017": "登记收件", "2023": "受理 视为受理 补正后视为受理"}
NOT_ACCEPTED = ("不予受理", "告知有权机关", "转送有关复议机关", "视为放弃申请")
CONCLUDED = "作出复议决定 制作调解书 终止审理 驳回申请 上级提级审理"
PENALTY_ENDS = "作出处罚决定 作出不予处罚决定 认定违法事实不成立 移送司法机关 终止调查"
COVERED = [has("征求截止日", "公众参与豁免依据"), has("论证结论", "专家论证豁免依据"), has("可控依据", "风险评估豁免依据"),
           has("廉洁性审查意见", "廉洁性审查豁免依据"), has("审查结论")]


def adopted(*conditions):
    return Count(DECISION, "集体讨论决定", lambda f: all(holds(f) for holds in conditions))


def ratings(where=lambda f: True):
    of_mailbox = lambda f: f.get("信箱") == "区委书记信箱" and where(f)
    return Count(BOARD, "满意度评价", of_mailbox, year_by="登记留言")


def satisfied(f):
    return f.get("评价等级") in SATISFIED


FIGURES = {
    # decisions
    "F-041": Sum("F-MLTZ-1", "F-MLTZ-2", minus=["F-MLTZ-3"]),
    "F-MLTZ-1": Count(CATALOGUE, "公布目录", total="纳入事项数"),
    "F-MLTZ-2": Count(CATALOGUE, "批准调整", total="新增事项数"),
    "F-MLTZ-3": Count(CATALOGUE, "批准调整", total="删除事项数"),
    "F-MLTZ-6": Count(CATALOGUE, "年终清点", total="结转数"),
    "F-042": Count("镇街决策", "确定镇级决策事项"),
    "F-044": Rate(adopted(*COVERED), adopted()),
    "F-044-1": adopted(COVERED[0]),
    "F-044-2": adopted(COVERED[1]),
    "F-044-3": adopted(COVERED[2]),
    "F-044-5": adopted(COVERED[4]),
    "F-045": Count(DECISION, "责任部门前置审核 专业律师外部审核 出具合法性审查意见"),
    "F-046": Count("重大行政决策后评估", "出具后评估报告"),
    # reconsideration
    "F-078": Count(REVIEW, ACCEPTED, never=NOT_ACCEPTED),
    "F-079": Rate(Sum("F-078", previous=["F-078"]), Previous("F-078")),
    "F-080": Count(REVIEW, "终止审理", lambda f: f.get("终止事由") == "准予撤回"),
    "F-081": in_time(REVIEW, "履行"),
    "F-082": in_time(REVIEW, "报送纠正情况"),
    "F-XZFY-6": Count(REVIEW, "登记收件"),
    "F-XZFY-27": Stock(REVIEW, "审结", CONCLUDED),
    # platform and message board
    "F-097": Sum("F-JCZH-1"),
    "F-JCZH-1": Count(PLATFORM, "受理登记"),
    "F-098": Count(PLATFORM, "受理登记", lambda f: f.get("渠道") == "网格巡查"),
    "F-099": Count(PLATFORM, "受理登记", lambda f: f.get("渠道") != "网格巡查"),
    "F-100": Count(BOARD, "登记留言", lambda f: f.get("信箱") == "区委书记信箱"),
    "F-101": Rate(ratings(satisfied), ratings()),
    "F-JCZH-4-2": Count(BOARD, "公开回复", lambda f: f.get("信箱") == "区委书记信箱", distinct="留言编号", year_by="登记留言"),
    "F-JCZH-7": Count(PLATFORM, "办结反馈"),
    "F-JCZH-10": Rate(Count(PLATFORM, "同意退单"), Count(PLATFORM, "派单 指定承办")),
    "F-JCZH-12": Rate(Count(PLATFORM, "回访"), Count(PLATFORM, "回访 无需回访")),
    "F-JCZH-13": Rate(Count(PLATFORM, "评价", satisfied), Count(PLATFORM, "评价")),
    "F-LYB-2": in_time(BOARD, "公开回复"),
    "F-LYB-4": Stock(BOARD, "公开回复"),
    # penalties
    "F-CF-1": Count(PENALTY, "立案"),
    "F-CF-3": Count(PENALTY, "作出处罚决定"),
    "F-CF-4": Count(PENALTY, "作出不予处罚决定"),
    "F-CF-5": Count(PENALTY, "移送司法机关"),
    "F-CF-6": Count(PENALTY, "认定违法事实不成立 终止调查"),
    "F-CF-7": Count(PENALTY, PENALTY_ENDS),
    "F-CF-8": Count(PENALTY, "作出处罚决定", total="决定罚款额"),
    "F-CF-9": Count(PENALTY, "作出处罚决定", total="拟没收额"),
    "F-CF-10": in_time(PENALTY, "处理结果", PENALTY_ENDS),
    "F-CF-11": in_time(PENALTY, "公示处罚决定"),
    "F-CF-12": Count(PENALTY, "要求听证"),
    "F-CF-13": Count(PENALTY, "举行听证"),
    "F-CF-14": Count(PENALTY, "法制审核"),
    "F-CF-16": Count(PENALTY, "作出不予处罚决定", has("免罚清单条目")),
    "F-CF-17": Count(PENALTY, "作出处罚决定", lambda f: f.get("从轻减轻情形", "无") != "无"),
    "F-CF-18": Count(PENALTY, "作出处罚决定", has("偏离理由")),
    "F-CF-19": Count(PENALTY, "立案", lambda f: f.get("适用规定") == "应急管理"),
    "F-CF-20": Stock(PENALTY, "处理结果", PENALTY_ENDS),
}


def answers(records, year, until, left_out=None):
    log = Log(matters_of(records, left_out), year, until)
    return {name: figure.answer(log, year) for name, figure in FIGURES.items()}


def main():
    path, year, *numbers = sys.argv[1:]
    with open(path, encoding="utf-8") as export:
        records = [json.loads(line) for line in export]
    year, until = int(year), records[-1].get("entered", records[-1]["at"])
    now = answers(records, year, until)
    changes = {}
    for number in map(int, numbers):
        own = {r["Record"][3] for r in records if r["Record"][2] == number}
        of_matter = [r for r in records if r["Record"][3] in own]
        before = answers(of_matter, year, until)
        after = answers(of_matter, year, until, number)
        # A stock lists what stands; without the act that ended something, more would stand.
        changes[number] = [f for f in FIGURES if before[f] != after[f] and not isinstance(FIGURES[f], Stock)]
    spelt = lambda value: value if value is None else [value.numerator, value.denominator]
    figures = {f: {"value": spelt(value), "acts": sorted(set(acts))} for f, (value, acts) in now.items()}
    json.dump({"figures": figures, "changes": changes}, sys.stdout)


if __name__ == "__main__":
    main()
