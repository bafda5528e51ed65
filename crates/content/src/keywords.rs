//! The one table of the content language: every keyword and property, with arguments, types,
//! defaults, example, kernel meaning and usual error. `content/LANGUAGE.md` is printed from it.
//!
//! This is the only file with words of the language; the rest of the crate knows them by the
//! names given here. Adding a row needs an ADR: thirty procedures must not breed dialects.
//!
//! Next: `vocabulary.rs` (the shape of a row), `manual.rs` (the printed table).

// Long because it is one table.

use crate::model::{FieldType, Publicity};
use crate::vocabulary::{Arguments, Children, Entry, Property, Type};

macro_rules! properties {
    ($($id:ident $word:literal $ty:expr, $default:literal, $meaning:literal;)*) => {
        /// The properties.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[allow(missing_docs, reason = "each is described in its row")]
        pub enum P { $($id),* }
        /// The table of properties, in the order of [`P`].
        pub const PROPERTIES: &[Property] = &[$(Property {
            id: P::$id, word: $word, ty: $ty, default: $default, meaning: $meaning,
        }),*];
    };
}

properties! {
    Version "版本" Type::Name, "", "版本号,如 \"2023\"";
    From "施行" Type::Date, "", "施行之日";
    Until "废止" Type::Date, "一直有效", "不再有效的第一日";
    Fixing "定版" Type::Name, "首个行为", "该行为之日有效的版本管到底";
    Transition "过渡" Type::Text, "保留", "已开办事项的过渡:保留(适用旧版),或 \"自 2024-01-01\",或 \"参数.x\"";
    En "en" Type::Text, "", "英文注解";
    Title "题名" Type::Text, "", "全称";
    Number "文号" Type::Text, "", "公布文号";
    PlaceName "名称" Type::Text, "", "名称";
    Above "上级" Type::Text, "", "上级地方的代码";
    Category "类别" Type::Text, "", "机关的类别";
    Department "主管部门" Type::Text, "", "上一级主管部门";
    IsAbove "上级机关" Type::Flag, "#false", "不属本地,是上级机关";
    Notice "依据" Type::Text, "", "所依据的通知";
    AlsoBy "另据" Type::Text, "", "另一份依据";
    Short "简称" Type::Text, "", "简称";
    Kind "类" Type::Word(&[ORGAN, PARTY]), "机关", "当事人的义务逾期是失权,不是机关逾期";
    FieldKind "类型" Type::Word(TYPE_WORDS), "", "值的类型";
    Default "缺省" Type::Value, "", "地方没有另定时的值";
    Unit "单位" Type::Text, "", "单位,供阅读";
    Doubtful "存疑" Type::Flag, "#false", "来源未核实";
    Reason "理由" Type::Text, "", "为什么有这一行;内部规定和可重复的行为必须写";
    By "由" Type::Names, "", "可以办理的角色";
    Repeatable "可重复" Type::Flag, "#false", "一件事项里可以办多次";
    AtMost "至多" Type::Integer, "1", "一件事项里至多办几次";
    Automatic "自动" Type::Flag, "#false", "条件一成就,由时钟办理";
    Effect "生效" Type::Word(&[EFFECT_DONE, EFFECT_END, EFFECT_SOURCE]), "办理日", "自动行为的后续期限从哪一日起算";
    Initial "初始" Type::Word(&[OUT, OWED]), "在程序内", "排除:须经启用;待办:一开始就是义务";
    Forbidden "禁止" Type::Flag, "#false", "任何时候都不许办,写在这里是为了拒绝时说得出条文";
    Required "必填" Type::Flag, "#false", "办理时必须填写";
    Personal "个人" Type::Flag, "#false", "个人信息:封存时只留加盐散列";
    Public "公开" Type::Word(&[FULL, MASKED, REMOVED]), "不公开", "对外公开时怎样显示";
    Evidence "凭证" Type::Text, "", "该日期凭什么认定";
    Posted "交邮" Type::Flag, "#false", "交邮在期限内即为期限内";
    Future "将来" Type::Flag, "#false", "该日期可以在行为之后;不写的,日期是已经发生的事,不得晚于行为之时";
    Options "选项" Type::Names, "", "选项,以单个空格分开";
    Served "送达" Type::Flag, "#false", "该文书须送达";
    PaperPublic "公开" Type::Flag, "#false", "该文书对外公开";
    Gap "间隔" Type::Period, "", "须经过的期间";
    End "止" Type::Word(&[READY, WHOLE, LAPSED]), "可办", "可办:第 n 日即可;满:次日;届满:顺延后的末日之次日";
    Ahead "提前" Type::Period, "", "须在某日之前多久";
    Target "至" Type::Name, "", "提前所对的日期字段";
    Anchor "起算" Type::Name, "来源行为之日", "从哪一个日期字段起算;\"行为.期满日\" 为该义务的期满之日";
    Limit "期限" Type::Period, "没有期限", "期限";
    Restart "重新起算" Type::Flag, "#false", "来源行为再次发生时,期限重新起算";
    Strictest "从严" Type::Flag, "#false", "数个期限并存时,以先到者为准";
    FullHour "整时" Type::Flag, "#false", "小时从下一个整点起算";
    Times "次数" Type::Integer, "1", "一件事项里可以延长几次";
    Void "排除则免" Type::Flag, "#false", "来源不在程序内时,本要求依法不适用";
    Citation "依据" Type::Citations, "", "法@版本#条.款.(项),数条以空格分开;或 内部";
    When "当" Type::Guard, "总是", "限制:条件为假时本行不适用;字段未知时适用";
    AndIf "且" Type::Guard, "", "加强:来源行为办过,并且条件为真";
    Strength "力度" Type::Word(&[REFUSE, WARN]), "拒绝", "提示:只提醒,须说明理由后方可办理";
    Rolls "顺延" Type::Flag, "依法的计日条款", "末日为休息日时是否顺延";
    Answers "应对" Type::Names, "", "对应的卷宗行号";
    Defect "瑕疵" Type::Text, "", "违反本行时,瑕疵清单里的名称";
    Formal "形参" Type::Names, "", "形式参数;正文里写 {名}";
    Cap "上限" Type::Integer, "", "一件事项里至多几个实例";
    At "于" Type::Name, "", "引用所对的行为";
    Yearly "每年" Type::Text, "", "\"01-01\"";
    Quarterly "每季" Type::Integer, "", "季首月的第几日";
    Monthly "每月" Type::Integer, "", "第几日";
    WhileOwed "待办" Type::Name, "", "只在该义务未了期间主张";
    Absent "不办" Type::Names, "", "一次也不办的行为";
    Except "除外" Type::Names, "", "终局之后仍可办的行为";
    Working "工作日" Type::Text, "没有", "按工作日计算的日数,以空格分开;\"*\" 为全部";
    Natural "自然日" Type::Text, "没有列出的按字面", "按自然日计算的日数,以空格分开";
    Promulgated "公布" Type::Date, "", "公布之日";
    Periods "期" Type::Text, "", "该条写明的期间;引用该条的行须与之相符";
    WorkingDays "工作日数" Type::Integer, "", "全年工作日数,供核对";
    Since "自" Type::Date, "一直", "从哪一日起";
    OfFamily "程序" Type::Name, "一切程序", "只对该程序";
    Question "问" Type::Text, "", "问题";
    Answer "答" Type::Text, "", "答案";
    AnswerKind "类" Type::Text, "", "答案的种类";
    Opening "接" Type::Name, "", "接在哪个铺垫之后";
    Examples "例" Type::Names, "", "讲述的卷宗例题";
    Counterfactual "假定" Type::Flag, "#false", "假定当时适用这一版:案例的日期不在该版的有效期内";
    InPlace "地方" Type::Name, "用缺省参数", "按哪个地方的参数";
    Person "人" Type::Names, "每个角色一个人", "署名的人;数人以空格分开";
    Key "键" Type::Text, "", "实例的键";
    Reported "补录" Type::Flag, "#false", "已经办过的行为事后录入";
    Moved "改为" Type::Text, "", "更正后的时间";
    Annul "撤销" Type::Flag, "#false", "误录,撤销该行为";
    On "于" Type::Text, "", "哪一日的存量,如 \"12-31\"";
    Decimals "小数" Type::Integer, "0", "印出几位小数";
    Divisor "除以" Type::Integer, "1", "印出时除以多少,如以万计的写 10000";
    Sides "关系" Type::Word(&[SIDES_EQUAL, SIDES_AT_MOST]), "相等", "左边与右边应当怎样";
    Rate "日率" Type::Value, "", "每次(日)百万分之几";
    CapAt "封顶" Type::Value, "", "不超过";
    Digits "至" Type::Integer, "", "舍入到几分";
    Down "向下" Type::Flag, "#false", "零头舍去,不四舍五入";
    WithoutLast "不含末日" Type::Flag, "#false", "末日当天不计";
    Table "表" Type::Name, "", "查哪一类表";
    TableKey "键" Type::Name, "", "键字段取这个选项的,用本表";
    Cell "列" Type::Name, "", "取中的那一档的哪一列";
    MatterColumn "事项" Type::Name, "", "哪一列是案号:同号的行是同一案件";
    Unique "唯一" Type::Flag, "#false", "同一值只许出现一次";
    Dated "于" Type::Name, "", "行为之日取自哪一列;该列空白的,不产生行为";
    Reporter "由" Type::Name, "", "以哪个角色报告";
    Presumed "推定" Type::Flag, "#false", "表里没有这一栏,推定已经办过;须写理由";
    Moot "免" Type::Names, "", "有这一行为的,表里没有办的这些义务不算逾期";
    OfYear "年" Type::Integer, "", "哪一年的报告";
    Opens "开立" Type::Flag, "#false", "事项还没有的,由此开办";
    LinkSource "来源" Type::Name, "", "对方行为里记下本事项案号的字段";
    YearField "年" Type::Name, "", "写明哪一年的整数字段";
    TableField "表" Type::Name, "", "写明年历的文本字段:年历的散列,`fadu calendar` 列出";
    BookMatter "事项" Type::Text, "", "办理启用年历的那一件事项的案号";
    InForceTo "至" Type::Integer, "", "开始使用时已经公布到哪一年;以后各年经办理才启用";
    Edition "版次" Type::Integer, "1", "该年安排公布以后又有修改的,改后的一份写 2";
    LinkFamilies "程序" Type::Names, "", "对方是哪些程序的事项;写 开立 的,只写一个";
    Lawful "须合规" Type::Flag, "#false", "对方依法不能办的,本行为也不得办;不写的,对方照记,并注明哪里不合";
    RegisterKey "键" Type::Text, "", "登记簿里的案号;{人} 是署名的人,{角色} 是办理的角色";
    RegisterItem "项" Type::Name, "", "登记簿里的是否字段:为是,才算数";
    RegisterOrgan "机关" Type::Name, "按机关的担任", "登记簿里写明机关的字段;封存为办理的机关";
    HoldsFrom "自" Type::Names, "", "登记簿里的日期字段:到了这一日才算数";
    HoldsUntil "至" Type::Names, "", "登记簿里的日期字段:过了这一日就不算数;写几个的,都没有过才算数";
    AwayBetween "不在" Type::Names, "", "登记簿里的两个日期字段:从前一日到后一日,都不算数";
    RegisterMatches "相符" Type::Text, "不比较", "登记簿字段=办理字段:登记簿里写的几项之中,须有办理事项里的这一项;还没有填的,不比较";
    ForRoles "角色" Type::Names, "各机关角色", "只核验这些角色";
    Always "缺一不可" Type::Flag, "#false", "必须成立;不写的,同类各行有一行成立即可";
    OpenedBy "开簿" Type::Name, "", "这个案号的事项开办以后、办结以前才核验";
    OnlyVersion "版本" Type::Name, "各版", "只在这一版法律下";
    Given "值" Type::Value, "", "常量";
    Column "列" Type::Name, "", "取哪一列的值";
    Crosswalk "对照" Type::Name, "照抄", "按哪张对照表换成字段的值";
    ColumnDefect "瑕疵" Type::Text, "", "读不出、缺少、重复或者颠倒时,瑕疵清单里的名称";
    OfPlace "地方" Type::Text, "", "哪个地方的工作,写代码";
    OfficeHours "办公" Type::Text, "\"09:00-17:00\"", "机关的办公时间";
    OnWorkingDays "工作日" Type::Integer, "100", "工作日的轻重";
    OnRestDays "休息日" Type::Integer, "0", "休息日的轻重;与工作日相比";
    Amount "件数" Type::Integer, "", "恰好几件";
    Scales "随比例" Type::Flag, "#false", "件数随模拟的比例放缩;不写的,总是全数";
    InSeason "季节" Type::Name, "工作日平均", "一年里怎样分布";
    MatterName "事项" Type::Text, "", "事项的编号;{年}、{序}、{序:5} 代入年份、序号、五位序号";
    Hours "时段" Type::Text, "办公时间", "一天里什么时候来,如 \"00:00-24:00\"";
    FirstDay "自" Type::Date, "该年第一日", "从哪一日起来";
    LastDay "至" Type::Date, "该年最后一日", "到哪一日为止";
    Weight "比重" Type::Integer, "", "没有写件数的走法,按比重分摊余下的件数(最大余数法)";
    Share "每千" Type::Integer, "", "每一千件里几件";
    Behind "后" Type::Text, "", "多久以后,如 \"1-3个工作日\"、\"20-90分钟\"、\"2小时\"、\"5日\"";
    Ago "前" Type::Text, "", "行为之日以前多久,写法同 后";
    Acting "由" Type::Name, "该行为的第一个角色", "谁来办";
    Signers "人数" Type::Integer, "1", "几个人一起署名";
    Numbered "编号" Type::Text, "", "按事项的序号编,写法同 事项";
    OrganOf "机关" Type::Name, "", "在该事项里担任这个角色的机关";
    NameOf "姓名" Type::Name, "", "在该事项里担任这个角色的人";
    Between "数" Type::Text, "", "两数之间,如 \"12-40\"";
}

/// What every relation takes.
pub const ON_RELATIONS: &[P] =
    &[P::Citation, P::Reason, P::When, P::AndIf, P::Strength, P::Rolls, P::Answers, P::Defect];

macro_rules! keywords {
    ($($area:literal: { $($id:ident $word:literal [$($arg:literal)*] $(optional $opt:literal)?
        $(more $more:literal)? ($($p:ident)*) $(relation $rel:literal)? $(open $open:literal)?
        => $children:expr, $meaning:literal, $example:literal, $error:literal;)* })*) => {
        /// The keywords.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[allow(missing_docs, reason = "each is described in its row")]
        pub enum Keyword { $($($id),*),* }
        /// The table of keywords, in the order of [`Keyword`].
        pub const KEYWORDS: &[Entry] = &[$($(Entry {
            keyword: Keyword::$id, word: $word, area: $area,
            arguments: Arguments { names: &[$($arg),*], optional: 0 $(+ $opt)?, more: false $(| $more)? },
            properties: &[$(P::$p),*], relation: false $(| $rel)?, open: false $(| $open)?,
            children: $children, meaning: $meaning, example: $example, error: $error,
        }),*),*];
    };
}

use Children::{Lines, Names, None as NoChildren};

/// What a file may hold at its top.
pub const TOP: &[Keyword] = &[
    Keyword::Procedure,
    Keyword::Fragment,
    Keyword::Statute,
    Keyword::Year,
    Keyword::Place,
    Keyword::Story,
    Keyword::Prelude,
    Keyword::Feasible,
    Keyword::Infeasible,
    Keyword::Figure,
    Keyword::Identity,
    Keyword::Example,
    Keyword::Table,
];

const BODY: &[Keyword] = &[
    Keyword::Role,
    Keyword::Param,
    Keyword::Use,
    Keyword::Group,
    Keyword::Template,
    Keyword::Act,
    Keyword::AnyOf,
    Keyword::OneOf,
    Keyword::Condition,
    Keyword::Right,
    Keyword::Response,
    Keyword::Milestone,
    Keyword::Exclude,
    Keyword::Include,
    Keyword::Stop,
    Keyword::Extend,
    Keyword::Overdue,
    Keyword::Spawn,
    Keyword::Link,
    Keyword::Lookup,
    Keyword::Open,
    Keyword::BringsYear,
    Keyword::Redated,
    Keyword::Distinct,
    Keyword::AtLeast,
    Keyword::Compute,
    Keyword::Property,
];
const IN_TEMPLATE: &[Keyword] = &[
    Keyword::Use,
    Keyword::Group,
    Keyword::Act,
    Keyword::AnyOf,
    Keyword::OneOf,
    Keyword::Condition,
    Keyword::Right,
    Keyword::Response,
    Keyword::Milestone,
    Keyword::Exclude,
    Keyword::Include,
    Keyword::Stop,
    Keyword::Extend,
    Keyword::Overdue,
];
const CITE: Children = Lines(&[Keyword::Cite]);
const COUNTING: &[Keyword] = &[
    Keyword::Count,
    Keyword::CountDuty,
    Keyword::Window,
    Keyword::InTime,
    Keyword::Where,
    Keyword::NeverDone,
    Keyword::DistinctBy,
    Keyword::SumOf,
    Keyword::Largest,
    Keyword::GroupBy,
    Keyword::Stock,
    Keyword::Ratio,
    Keyword::OfFigure,
    Keyword::LastYear,
    Keyword::Minus,
    Keyword::Total,
];

keywords! {
    "框架": {
        Procedure "程序" ["名"] (Version From Until Fixing Transition Title En) => Lines(BODY),
            "一个程序的一个版本;编译为一张内核图", "程序 行政复议 版本=\"2023\" 施行=\"2024-01-01\" 定版=登记收件 { … }", "同一程序两个版本的有效期重叠";
        Role "角色" ["名"] (Kind En) => NoChildren,
            "办理行为的身份;当事人的义务逾期只是失权", "角色 申请人 类=当事人 en=\"applicant\"", "行为的 由= 写了没有声明的角色";
        Param "参数" ["名"] (FieldKind Options Default Unit Citation Reason Doubtful En) => CITE,
            "地方可以另定的值;期限写 \"参数.x\",条件写 参数.x", "参数 送达期限 类型=期间 缺省=\"3个工作日\" 依据=内部 理由=\"本区要求\"", "缺省值与类型不符";
        Fragment "片段" ["名"] (Formal En) => Lines(BODY),
            "各程序共用的几行;{名} 处代入实参", "片段 送达 形参=\"行为 自 限期 依据\" { … }", "正文里写了没有列出的形参";
        Use "引用" ["片段"] () open true => NoChildren,
            "代入实参后,片段的各行如同写在此处;实参为空 \"\" 的属性视为没有写", "引用 送达 行为=送达决定书 自=作出决定 限期=\"3个工作日\" 依据=\"…\"", "实参没有给齐";
        Group "组" ["名"] () => Names,
            "几个行为的合称;关系的一端写组名,等于对其中每一个写一遍", "组 结案行为 { 作出决定; 终止审理; }", "组员没有声明";
        Template "模板" ["名"] (Cap En) => Lines(IN_TEMPLATE),
            "实例的样本:每个当事人、每个部门一份", "模板 征求意见 上限=8 { … }", "没有写上限";
    }
    "行为": {
        Act "行为" ["名"] (By Citation Reason En Repeatable AtMost Automatic Effect Initial Forbidden Answers Title) => Lines(&[Keyword::Field, Keyword::Paper, Keyword::Write, Keyword::Cite]),
            "内核的事件;每件事项一次,除非可重复", "行为 受理 由=复议机关 依据=\"行政复议法@2023#30.1\" { … }", "可重复而没有写理由";
        Field "字段" ["名"] (FieldKind Required Personal Public Evidence Posted Future Options Unit En) => NoChildren,
            "办理时填写的内容;同名字段在一件事项里是同一个字段", "字段 送达日 类型=日期 必填=#true 凭证=送达回证", "同名字段类型不同";
        Paper "文书" ["名"] (Served PaperPublic En) => NoChildren,
            "该行为形成的文书", "文书 行政复议决定书 送达=#true 公开=#true", "";
        Write "写入" [] () open true => NoChildren,
            "办理时写入的常量", "写入 已答复=#true", "常量与字段类型不符";
        Cite "依据" ["条文"] more true () => NoChildren,
            "一行有数条依据时,可逐条写在花括号里", "依据 \"行政复议法@2023#20.1\"", "条文不在该法的目录里,或当日无效";
    }
    "选择": {
        AnyOf "任一" ["名"] (Citation Reason En Answers) => Names,
            "选择组:办了其中任何一个,就算办了它", "任一 立案 依据=\"行政复议法@2023#30.3\" { 受理; 视为受理; }", "没有成员";
        OneOf "择一" ["名"] (Citation Reason En Answers) => Names,
            "选择组,并且成员互相排除", "择一 审结 依据=\"行政复议法@2023#62.1\" { 作出决定; 终止审理; }", "没有成员";
    }
    "关系": {
        Condition "前置" ["先" "后"] (Gap End Ahead Target Anchor Void FullHour) relation true => CITE,
            "条件 先 →• 后:先办过,后才能办;间隔为等待,提前为通知在先", "前置 发送副本 作出决定 间隔=\"10个工作日\" 止=届满 起算=副本送达日 依据=\"…\"", "当= 只读先行为自己写的字段(应写 且=)";
        Right "可以" ["先" "后"] (Limit Anchor FullHour Void) relation true => CITE,
            "有期限的权利:先办过之后,在期限内可以办后;过期拒绝,不算逾期", "可以 知道行政行为 提出申请 期限=\"60日\" 起算=知道日 依据=\"…\"", "没有期限的权利不必写";
        Response "应当" ["因" "果"] (Limit Anchor Restart Strictest FullHour) relation true => CITE,
            "义务 因 •→ 果:因办了,果就欠着;到期未办为逾期,仍须办", "应当 立案 审结 期限=\"60日\" 依据=\"…\"", "可重复的因没有写 重新起算 或 从严";
        Milestone "阻却" ["义务" "行为"] () relation true => CITE,
            "里程碑:义务未了,行为不得办", "阻却 举行听证 作出决定 依据=\"…\"", "";
        Exclude "排除" ["因" "果"] () relation true => CITE,
            "因办了,果不在程序之内", "排除 审结 审理行为 依据=\"…\"", "同一对行为既排除又启用";
        Include "启用" ["因" "果"] () relation true => CITE,
            "因办了,果进入程序", "启用 不予受理 上级责令受理 依据=\"…\"", "";
        Stop "停算" ["起" "止" "义务"] () relation true => CITE,
            "从起到止,义务的期限停止计算", "停算 中止审理 恢复审理 审结 依据=\"…\"", "三者不得相同";
        Extend "延长" ["行为" "义务"] (Limit Times) relation true => CITE,
            "行为办了,义务的期限延长;已逾期或次数用尽的,拒绝", "延长 延长审限 审结 期限=\"至多30日\" 次数=1 依据=\"…\"", "没有写期限";
        Overdue "逾期" ["义务"] (Citation Reason Answers) => Lines(&[Keyword::OverdueInclude, Keyword::OverdueExclude, Keyword::OverdueResponse, Keyword::Cite]),
            "义务逾期时,由时钟启用、排除或者另生义务", "逾期 审结 { 启用 督办 依据=\"…\"; }", "子行只写一个名字";
        OverdueInclude "启用" ["果"] () relation true => CITE,
            "逾期则启用", "启用 督办 依据=\"…\"", "";
        OverdueExclude "排除" ["果"] () relation true => CITE,
            "逾期则排除", "排除 延长审限 依据=\"…\"", "";
        OverdueResponse "应当" ["果"] (Limit Anchor Strictest FullHour) relation true => CITE,
            "逾期则另生义务", "应当 说明理由 期限=\"3日\" 依据=\"…\"", "";
        Spawn "派生" ["因" "模板"] () relation true => CITE,
            "因办一次,模板就多一个实例,以 键= 区分", "派生 通知部门 征求意见 依据=\"…\"", "模板没有声明";
    }
    "跨事项": {
        Link "联动" ["行为" "链.行为"] (LinkFamilies Opens LinkSource Lawful When Citation Reason Answers) => Lines(&[Keyword::Carry, Keyword::Cite]),
            "办了本行为,链字段里写明的事项同时记下对应行为;同名的字段一并带去,不同名的用 带 写明。链字段没有填写的,不联动", "联动 审结 处罚案号.收到复议结果 程序=行政处罚 依据=\"…\" { 带 结果 值=维持; }", "没有写 链.行为,或者对方的必填字段这里没有";
        Carry "带" ["对方字段" "项"] optional 1 (Given) => NoChildren,
            "对方字段取本事项的哪一项:字段、\"行为.日\",或者 值= 写明的常量", "带 救济申请日 \"提交申请.日\"", "项和 值= 都没有写,或者类型不符";
        Lookup "取数" [] (Citation Reason Answers) open true => CITE,
            "办理时从登记簿取值填入字段;值与来源一并封存", "取数 证照有效=\"营业执照(证号).有效\" 依据=\"…\"", "写法不是 登记簿(键字段).项";
        BringsYear "启用年历" ["行为"] (YearField TableField Citation Reason Answers) => CITE,
            "办了本行为,字段里写明的一年的工作日历即行启用:此前各事项没有了期的义务改按新历", "启用年历 公布放假安排 年=年份 表=年历 依据=内部 理由=\"按通知\"", "没有写年、表";
        Redated "改期" ["行为"] () => Names,
            "启用年历使这些义务的末日变动的,由时钟办理本行为", "改期 期限变动 { 审结; }", "行为有必填的字段";
        Open "开立" [] (Yearly Quarterly Monthly Citation Reason Answers) => CITE,
            "按日历自动开立新事项", "开立 每年=\"01-01\" 依据=\"…\"", "日期不存在";
    }
    "人员": {
        Distinct "不同人" ["甲" "乙"] (Citation Reason Answers) => CITE,
            "两个角色(或行为)不得由同一人办理", "不同人 听证主持人 办案人员 依据=\"…\"", "角色没有声明";
        AtLeast "至少" ["行为" "人数"] (Citation Reason Answers) => CITE,
            "该行为至少由几个人署名", "至少 调查取证 2 依据=\"…\"", "人数不是整数";
    }
    "数额": {
        Compute "算" ["字段"] (Citation Reason Answers) => Lines(&[Keyword::Accrue, Keyword::FromTable, Keyword::DaysBetween, Keyword::SumUp, Keyword::LessThan, Keyword::Smallest, Keyword::Biggest, Keyword::Rounded, Keyword::Cite]),
            "字段由封闭的几种运算得出,在填写它的行为办理时算出并封存;项可以是字段、整数、参数.x、\"行为.日\"(该行为生效之日)", "算 加处罚款 依据=\"…\" { 计息 罚款额 天数 日率=30000 封顶=罚款额; }", "运算多于一种";
        Accrue "计息" ["本金" "天数"] (Rate CapAt) => NoChildren,
            "本金乘以天数(次数)再乘以日率,分以下舍去,可封顶", "计息 罚款额 逾期天数 日率=30000 封顶=罚款额", "没有写日率";
        FromTable "查表" ["键"] (Table Cell) => NoChildren,
            "键字段选定一张表,取条件为真的第一档的一列;没有一档为真的,没有结果", "查表 违法行为项 表=裁量基准 列=下限", "没有写表名或者列名";
        DaysBetween "天数" ["起" "止"] (WithoutLast) => NoChildren,
            "起日次日到止日的日数,不小于零;起日是还没有办的行为的,为零", "天数 \"缴款期满未缴.日\" 加处计至日", "不是日期";
        LessThan "差" ["项"] more true () => NoChildren,
            "首项减去其余", "差 期满后天数 停计天数", "";
        SumUp "合" ["项"] more true () => NoChildren,
            "相加", "合 罚款额 没收额", "";
        Smallest "取小" ["项"] more true () => NoChildren,
            "取最小", "取小 应缴额 上限额", "";
        Biggest "取大" ["项"] more true () => NoChildren,
            "取最大", "取大 应缴额 下限额", "";
        Rounded "舍入" ["项"] (Digits Down) => NoChildren,
            "四舍五入,或者向下", "舍入 应缴额 至=100", "";
        Table "表" ["类"] (TableKey From Until Citation Reason Doubtful En) => Lines(&[Keyword::Row, Keyword::Cite]),
            "一张表:同一类里每个键一张,各有有效期;条件读程序的字段", "表 裁量基准 键=燃气报警装置 施行=\"2023-01-01\" 依据=\"…\" { 档 从轻 当=\"违法数量 < 3\" 下限=0 上限=1500000; }", "键不是字段的选项";
        Row "档" ["名"] (When) open true => NoChildren,
            "表的一档;依次看,条件为真的第一档算数", "档 从轻 当=\"违法数量 < 3\" 下限=0 上限=1500000", "条件里的字段没有声明";
    }
    "性质": {
        Property "性质" ["句子"] (Citation Reason Answers) => Lines(&[Keyword::Never, Keyword::Before, Keyword::After, Keyword::Once, Keyword::Exclusive, Keyword::Final, Keyword::Cite]),
            "必须证明的性质;不能证明的版本不得发布", "性质 \"没有告知,不得处罚\" { 先于 事先告知 作出处罚决定; }", "行为没有声明";
        Never "永不" ["行为"] (When WhileOwed) => NoChildren,
            "该行为永不发生;待办= 只在该义务未了期间", "永不 作出决定 待办=恢复审理", "";
        Before "先于" ["先" "后"] (When) => NoChildren,
            "先总在后之前办过", "先于 发送副本 作出决定", "";
        After "之后必" ["先" "后"] () => NoChildren,
            "先办过,结束之前必办后", "之后必 立案 审结", "";
        Once "至多一次" ["行为"] () => NoChildren,
            "至多办一次", "至多一次 延长审限", "";
        Exclusive "互斥" ["甲" "乙"] () => NoChildren,
            "两者不会都办", "互斥 作出决定 终止审理", "";
        Final "终局" ["行为"] (Except) => NoChildren,
            "办过之后,除外= 以外什么都不再办", "终局 归档 除外=\"查阅案卷\"", "";
        Feasible "行得通" ["句子"] (Version Absent Citation Reason Answers) => Names,
            "开放测试,写在程序的文件之外:须有一种办结的走法,其中花括号里的行为恰好依次各办一次,不办= 的一次不办,其余随意;不写版本的,各版都须如此", "行得通 \"不举行听证也能作出决定\" 不办=\"举行听证\" { 受理; 作出决定; }", "行为没有声明";
        Infeasible "行不通" ["句子"] (Version Absent Citation Reason Answers) => Names,
            "开放测试:没有一种办结的走法是这样的", "行不通 \"没有受理,不能作出决定\" 不办=\"受理\" { 作出决定; }", "行为没有声明";
    }
    "案例": {
        Prelude "铺垫" ["名"] (Version InPlace Opening) => Lines(&[Keyword::Moment, Keyword::Correct]),
            "几个案例共用的开头", "铺垫 已立案 { 时 \"2024-02-05 09:00\" … }", "";
        Story "案例" ["句子"] (Version Examples Citation Opening InPlace Counterfactual) => Lines(&[Keyword::Assumed, Keyword::Moment, Keyword::Correct, Keyword::Cite]),
            "有日期的故事与法律的回答;既是测试,也是说明", "案例 \"第六个工作日才要求听证\" 依据=\"…\" { … }", "回答与内核不符";
        Moment "时" ["时间" "角色" "行为"] optional 2 (Person Key Reported) => Lines(&[Keyword::StoryField, Keyword::Without, Keyword::DueOn, Keyword::IsLate, Keyword::NotLate, Keyword::NotOwed, Keyword::Unlimited, Keyword::Held, Keyword::Provisional, Keyword::Earliest, Keyword::Until, Keyword::Possible, Keyword::Impossible, Keyword::Automatic, Keyword::Done, Keyword::Refused, Keyword::Warned, Keyword::Accepting, Keyword::Holds]),
            "某时某人办某行为;不写角色和行为,则只看当时的状况", "时 \"2024-02-05 09:00\" 复议承办人 登记收件 { 期限 收件审查 \"2024-02-18\"; }", "时间早于上一行";
        StoryField "字段" ["名" "值"] () => NoChildren,
            "填写的字段;不影响条件和期限的必填字段可以不写", "字段 适用程序 普通", "值与类型不符";
        Without "缺" ["字段"] () => NoChildren,
            "故意不填", "缺 案号", "";
        Assumed "参数" ["名" "值"] () => NoChildren, "本案例假定的参数值", "参数 中止停算 #false", "";
        DueOn "期限" ["义务" "日期"] () => NoChildren,
            "该义务的最后一日;写到分的为时刻", "期限 审结 \"2024-04-18\"", "";
        IsLate "逾期" ["义务"] () => NoChildren, "此时已逾期", "逾期 审结", "";
        NotLate "不逾期" ["义务"] () => NoChildren, "此时未逾期", "不逾期 审结", "";
        NotOwed "不欠" ["义务"] () => NoChildren, "没有该义务", "不欠 举行听证", "";
        Unlimited "欠" ["义务"] () => NoChildren, "有该义务而没有期限", "欠 恢复审理", "";
        Held "停算中" ["义务" "余数"] optional 1 () => NoChildren, "该义务停算;可写剩余多少", "停算中 审结 29", "";
        Provisional "未定" ["义务"] () => NoChildren, "期限落在尚未公布的年份", "未定 审结", "";
        Earliest "最早" ["行为" "日期"] () => NoChildren, "此时不得办;最早该日可办", "最早 作出决定 \"2024-03-13\"", "";
        Until "可至" ["行为" "日期"] () => NoChildren, "此时可办,权利到该日为止", "可至 提出申请 \"2024-07-09\"", "";
        Possible "可办" ["行为"] more true () => NoChildren, "此时可以办", "可办 受理", "";
        Impossible "不可办" ["行为"] more true () => NoChildren, "此时不得办", "不可办 受理", "";
        Automatic "自动" ["行为" "日期"] () => NoChildren, "时钟已办,该日生效", "自动 视为受理 \"2024-02-18\"", "";
        Done "已办" ["行为" "日期"] () => NoChildren, "已经办过,该日生效", "已办 受理 \"2023-09-25\"", "";
        Refused "拒绝" ["规则"] more true () => NoChildren,
            "本行为被拒绝;所列恰为全部不合的规则:条文、内部、行名、瑕疵名,或 角色、不同人、至少、\"字段 名\"(值不合)、\"缺字段 名\"", "拒绝 \"行政复议法@2023#61.1\"", "";
        Warned "提示" ["规则"] more true () => NoChildren, "可以办,但有这些提示", "提示 \"行政复议法@2023#39.1\"", "";
        Accepting "办结" [] () => NoChildren, "机关再没有欠的", "办结", "";
        Holds "现为" ["字段" "值"] () => NoChildren, "字段此时的值", "现为 适用程序 普通", "";
        Correct "更正" ["原时间" "行为"] (Moved Annul) => Lines(&[Keyword::StoryField]),
            "更正或者撤销已录的行为,事项据此重演", "更正 \"2024-02-27 10:00\" 登记副本送达 { 字段 副本送达日 \"2024-02-28\"; }", "原行为不存在";
    }
    "指标": {
        Figure "指标" ["编号"] (Title Unit En Citation Decimals Divisor) => Lines(COUNTING),
            "一个数字就是一串行为;由报告层计数", "指标 F-078 题名=受理数 单位=件 { 计数 受理 视为受理; 窗口 行为日 本年; }", "算法多于一种";
        Count "计数" ["行为"] more true () => NoChildren, "数这些行为", "计数 受理 视为受理", "";
        CountDuty "义务" ["行为"] () => NoChildren, "数这个义务", "义务 审结", "";
        Window "窗口" ["日期" "范围"] optional 1 () => NoChildren,
            "哪个日期决定算在哪一年:行为日、应期,或 〈行为〉日(同一事项里该行为之日);本年 或 累计", "窗口 行为日 本年", "";
        InTime "按期" [] () => NoChildren, "只数按期办的", "按期", "";
        Where "条件" ["条件"] () => NoChildren, "只数字段合于条件的", "条件 \"适用程序 = 简易\"", "";
        NeverDone "不办" ["行为"] more true () => NoChildren, "只数这些行为一次也没有办过的事项", "不办 不予受理", "";
        DistinctBy "去重" ["字段"] () => NoChildren, "字段同值只数一次", "去重 申请人姓名", "";
        SumOf "合计" ["字段"] () => NoChildren, "字段之和", "合计 行为数", "";
        Largest "最大" ["字段"] () => NoChildren, "字段之最大", "最大 行为数", "";
        GroupBy "分组" ["字段"] () => NoChildren, "按字段分开列", "分组 决定类型", "";
        Stock "存量" ["义务"] (On) => NoChildren, "某日仍未了的义务数", "存量 审结 于=\"12-31\"", "";
        Ratio "比率" [] () => Lines(&[Keyword::Numerator, Keyword::Denominator]), "两个数之比", "比率 { 分子 { 指标 F-1; }; 分母 { 指标 F-2; }; }", "缺分子或分母";
        Numerator "分子" [] () => Lines(COUNTING), "比率的分子", "分子 { 计数 受理; }", "";
        Denominator "分母" [] () => Lines(COUNTING), "比率的分母", "分母 { 指标 F-1; }", "";
        OfFigure "指标" ["编号"] () => NoChildren, "另一个指标的数", "指标 F-078", "";
        LastYear "上年" ["编号"] () => NoChildren, "该指标的上年数", "上年 F-078", "";
        Minus "减" [] () => Lines(COUNTING), "减去", "减 { 上年 F-078; }", "";
        Total "总计" ["编号"] more true () => NoChildren, "几个指标之和", "总计 F-1 F-2", "";
        Identity "恒等" ["编号"] (Title Sides) => Lines(&[Keyword::Left, Keyword::Right2]),
            "两边之和必须相等(或者左边不大于右边)的指标", "恒等 I-1 题名=\"去向\" { 左 F-1 \"上年 F-9\"; 右 F-2 F-3; }", "";
        Left "左" ["编号"] more true () => NoChildren, "左边各项", "左 F-1 \"上年 F-9\"", "";
        Right2 "右" ["编号"] more true () => NoChildren, "右边各项", "右 F-2 F-3", "";
    }
    "法与历": {
        Statute "法" ["简称"] (Version Title Number Promulgated From Until En) => Lines(&[Keyword::CountDays, Keyword::Doubt, Keyword::Article]),
            "一部法的一个版本:有效期、计日条款、被引用的条文目录", "法 行政复议法 版本=\"2023\" 施行=\"2024-01-01\" { … }", "";
        CountDays "计日" [] (Working Natural Rolls Citation) => NoChildren,
            "该法怎样计日:哪些日数是工作日,哪些是自然日,末日为休息日时是否顺延", "计日 工作日=\"3 5 7 10\" 自然日=\"15 30 60\" 顺延=#true 依据=\"行政复议法@2023#88\"", "同一日数两边都列";
        Doubt "存疑" ["属性"] (Reason) => NoChildren, "该属性没有核对原件", "存疑 文号 理由=\"没有核对原件\"", "";
        Article "条" ["条号" "大意"] (Periods Doubtful) => NoChildren, "被引用的一条:用自己的话写大意,不抄法条", "条 \"20.1\" \"六十日内申请\" 期=\"60日\"", "条号重复";
        Year "年" ["年份"] (Notice AlsoBy WorkingDays Edition) => Lines(&[Keyword::Off, Keyword::Worked]),
            "一年的工作日历;未列出的周一至周五上班", "年 2024 依据=\"…通知\" 工作日数=251 { … }", "年份不连续";
        Off "休" ["日期" "名"] optional 1 () => NoChildren, "放假的周一至周五", "休 \"2024-01-01\" 元旦", "该日本是周末";
        Worked "班" ["日期"] () => NoChildren, "上班的周六、周日", "班 \"2024-02-04\"", "该日不是周末";
    }
    "地方": {
        Place "地方" ["代码"] (PlaceName Above En) => Lines(&[Keyword::Organ, Keyword::Setting, Keyword::Proves, Keyword::YearBook, Keyword::Published]),
            "一个区:机关与参数取值;可分几个文件写", "地方 \"320507\" 名称=\"苏州市相城区\" { … }", "";
        Organ "机关" ["名"] (Short Category Department IsAbove Doubtful En) => Lines(&[Keyword::Serves]),
            "机关及其担任的角色", "机关 区人民政府 简称=区政府 { 担任 复议机关; }", "";
        Serves "担任" ["角色"] more true () => NoChildren, "该机关担任的角色", "担任 复议机关 复议机构", "";
        Setting "取值" ["参数" "值"] (Since OfFamily Citation Reason Doubtful) => NoChildren,
            "本地对参数的取值", "取值 送达期限 \"5个工作日\" 自=\"2024-01-01\" 依据=\"…\"", "没有程序用到该参数,或值与类型不符";
        Proves "核验" ["程序"] (RegisterKey RegisterItem HoldsFrom HoldsUntil AwayBetween RegisterMatches RegisterOrgan ForRoles Always OpenedBy Citation Reason) => NoChildren,
            "办理时凭登记簿核验署名的人:任职、代理、证件;登记簿的每一条也是事项", "核验 任职 键=\"任职/{人}/{角色}\" 项=在任 开簿=任职登记 依据=内部 理由=\"凭任职办理\"", "没有这个程序,或者没有这个是否字段";
        YearBook "年历" ["程序"] (BookMatter InForceTo) => NoChildren,
            "本地的工作日历由哪一件事项逐年启用;不写的,内容里的各年一律有效", "年历 放假安排 事项=\"放假安排\" 至=2026", "该程序没有启用年历";
        Published "见报" ["指标" "数"] (OfYear) => NoChildren,
            "已经公布的报告里印出的数,只供对照,计算时不读", "见报 F-078 \"91\" 年=2023", "没有这个指标";
        Example "例" ["编号"] (OfFamily Version Question Answer AnswerKind Citation) => NoChildren,
            "卷宗里的例题;须有案例讲述,且其回答之一与答案相同", "例 \"1§XZFY-2023-E1a\" 程序=行政复议 版本=\"2023\" 问=\"…\" 答=\"2024-02-18\"", "";
    }
    "表格": {
        Mapping "映射" ["名"] (OfFamily MatterColumn En) => Lines(&[Keyword::Encoding, Keyword::DateStyle, Keyword::Blank, Keyword::SheetColumn, Keyword::Sequence, Keyword::Correspondence, Keyword::ReportedAct]),
            "一种表格怎样变成一个程序的据报行为;每行一件事项", "映射 行政复议台账 程序=行政复议 事项=案号 { … }", "事项列没有声明";
        Encoding "编码" ["写法"] more true () => NoChildren,
            "读表时接受的编码,依次试", "编码 \"UTF-8\" \"GB18030\"", "不认识的编码";
        DateStyle "日期写法" ["写法"] more true () => NoChildren,
            "接受的日期写法,各以一个日期示例;月日可以不补零", "日期写法 \"2023-05-09\" \"2023年5月9日\"", "示例不是日期";
        Blank "空白" ["写法"] more true () => NoChildren,
            "单元格里只写这些的,等于空白;大小写、全角半角不论", "空白 \"/\" \"—\" \"无\"", "";
        SheetColumn "列" ["名"] (FieldKind Required Unique Options ColumnDefect) => NoChildren,
            "表里的一列,以表头的名称相认", "列 结案日期 类型=日期 瑕疵=\"日期无法识别\"", "列重复声明";
        Sequence "顺序" ["前" "后"] (ColumnDefect) => NoChildren,
            "后一列的日期不得早于前一列;违反的,整行退回", "顺序 收到日期 结案日期 瑕疵=\"日期颠倒\"", "不是日期列";
        Correspondence "对照" ["名"] () => Lines(&[Keyword::Take]),
            "列的值换成字段的值", "对照 决定类型 { 取 \"维持\" \"维持\"; }", "列的选项没有全部列入";
        Take "取" ["原值" "值"] () => NoChildren,
            "原值换成字段值", "取 \"部分撤销\" \"撤销\"", "原值重复";
        ReportedAct "行为" ["名"] (Dated Reporter When OnlyVersion Presumed Reason Moot) => Lines(&[Keyword::ReportedField]),
            "该列有日期的,产生一次据报行为;当= 是列的条件", "行为 提出答复 于=答复日期 由=被申请人", "推定而没有写理由";
        ReportedField "字段" ["名"] (Column Given Crosswalk OnlyVersion When) => NoChildren,
            "行为的字段取自一列或者一个常量", "字段 案号 列=案号", "该行为没有这个字段";
    }
    "计划": {
        Plan "计划" ["年份"] (OfPlace OfficeHours En) => Lines(&[Keyword::Headcount, Keyword::Season, Keyword::Stream, Keyword::Balance]),
            "模拟一年的工作:各种事项来多少、通常怎样走。一个计划一个文件;不写任何指标,指标由封存的行为去数", "计划 2023 地方=\"320507\" { … }", "地方没有声明";
        Headcount "人手" ["角色" "人数"] () => NoChildren,
            "一个机关里担任这个角色的人数;不写的,三人", "人手 承办单位 12", "没有事项用到该角色";
        Season "季节" ["名"] (OnWorkingDays OnRestDays) => Lines(&[Keyword::Month]),
            "一年里怎样分布:各月每一天的轻重,乘以工作日或者休息日的轻重", "季节 平台 工作日=100 休息日=60 { 月 1 80; 月 2 70; }", "季节重复声明";
        Month "月" ["月份" "轻重"] () => NoChildren, "这个月里每一天的轻重;没有写的月份是 100", "月 2 70", "月份不是 1 至 12";
        Stream "来源" ["名"] (OfFamily Amount Scales InSeason MatterName Hours FirstDay LastDay) => Lines(&[Keyword::Way]),
            "一类事项:一年来多少件,以后各有一种走法", "来源 网格巡查 程序=集成指挥平台 件数=1041200 随比例=#true 事项=\"网格{年}-{序:7}\" { … }", "各走法的件数加起来不等于来源的件数";
        Way "走法" ["名"] (Amount Weight) => Lines(&[Keyword::Do, Keyword::Attempt, Keyword::Aside]),
            "从头到尾怎样走;第一个行为开办事项。件数和比重写其一", "走法 当场处置 比重=60 { 办 受理登记; 办 网格自处置 后=\"5-40分钟\"; }", "法律不许这样走";
        Aside "穿插" ["名"] (Share Amount) => Lines(&[Keyword::Do, Keyword::Attempt]),
            "只有一部分事项才走的几步", "穿插 退单 每千=15 { 办 申请退单 后=\"1个工作日\"; 办 驳回退单 后=\"1-3小时\"; }", "件数多于走法的件数";
        Do "办" ["行为"] (Acting Behind Signers) => Lines(&[Keyword::Fill, Keyword::Late, Keyword::Slip]),
            "走一步;后= 从上一步算起,工作日的一步落在办公时间里", "办 签收 后=\"0-1个工作日\"", "该行为没有声明";
        Attempt "试办" ["行为"] (Acting Behind Signers) => Lines(&[Keyword::Fill]),
            "办而依法被拒绝的一步:留下一次尝试,事项不变", "试办 作出复议决定 后=\"1-2个工作日\"", "该行为没有被拒绝";
        Fill "填" ["字段" "值"] optional 1 (Numbered OrganOf NameOf Behind Ago Between) => Lines(&[Keyword::Portion]),
            "字段填什么:一个值、几个值各占多少、编号、机关、姓名、日期或者数,写其一;日期不写前后的,是行为之日。不影响条件和期限的必填字段可以不写", "填 渠道 { 占 热线 80; 占 网络 20; }", "影响条件或者期限的必填字段没有写";
        Portion "占" ["值" "轻重"] () => NoChildren, "这个值占的轻重", "占 热线 80", "轻重不是整数";
        Late "迟" [] (Share Behind) => NoChildren,
            "其中一部分迟一些", "迟 每千=20 后=\"7-9个工作日\"", "没有写后";
        Slip "误录" [] (Share Behind Reason Annul) => Lines(&[Keyword::Fill]),
            "其中一部分录错,后来更正:花括号里是录错的值,更正为这一步自己的值;撤销的,后来撤销这一步", "误录 每千=3 后=\"1-2个工作日\" 理由=\"登记有误\" { 填 送达方式 邮寄; }", "没有写理由";
        Balance "核对" ["编号" "句子"] (OfFamily) => Lines(&[Keyword::AtLeastThat, Keyword::NoMore]),
            "计划须守的恒等关系:该年 少 的行为不得多于 多 的行为;违反的计划一件也不办", "核对 K3 \"撤回不多于受理和结转\" 程序=行政复议 { 少 终止审理; 多 登记收件 上年结转; }", "没有写少或者多";
        NoMore "少" ["行为"] more true () => NoChildren, "这些行为的件数之和", "少 终止审理", "";
        AtLeastThat "多" ["行为"] more true () => NoChildren, "这些行为的件数之和;上年结转 是上年开办而该年仍有行为的事项", "多 登记收件 上年结转", "";
    }
}

/// Arguments that are free text or values, not names.
pub const FREE_ARGUMENTS: &[&str] = &[
    "句子",
    "大意",
    "条件",
    "时间",
    "原时间",
    "日期",
    "值",
    "规则",
    "条文",
    "编号",
    "条号",
    "年份",
    "代码",
    "人数",
    "余数",
    "项",
    "本金",
    "天数",
    "范围",
    "原值",
    "写法",
    "月份",
    "轻重",
];

/// "Did you mean …?"
pub fn did_you_mean(word: &str) -> String {
    format!("是否想写「{word}」?")
}

/// The form of an argument in messages.
pub fn slot(name: &str) -> String {
    format!("〈{name}〉")
}

/// The mark of a rule without an article.
pub const INTERNAL: &str = "内部";
/// Joins a name of a group of names: parameters in guards and periods.
pub const PARAM_PREFIX: &str = "参数.";
/// Suffix of an anchor that is the due day of a duty.
pub const DUE_SUFFIX: &str = ".期满日";
/// Suffix of a term that is the day an act took effect.
pub const DAY_SUFFIX: &str = ".日";

const ORGAN: &str = "机关";
/// A party.
pub const PARTY: &str = "当事人";
const EFFECT_DONE: &str = "办理日";
/// Effective on the last day of the period.
pub const EFFECT_END: &str = "期满日";
/// Effective on the day of the source.
pub const EFFECT_SOURCE: &str = "来源日";
/// Not in the procedure at first.
pub const OUT: &str = "排除";
/// Owed from the beginning.
pub const OWED: &str = "待办";
const FULL: &str = "全文";
const MASKED: &str = "隐名";
const REMOVED: &str = "隐去";
const READY: &str = "可办";
/// The whole period must have run.
pub const WHOLE: &str = "满";
/// A right or duty has lapsed.
pub const LAPSED: &str = "届满";
const REFUSE: &str = "拒绝";
/// Warns only.
pub const WARN: &str = "提示";
/// Transition: matters stay.
pub const KEEP: &str = "保留";
/// Transition: the value of a parameter by which matters switch when the version comes into force.
pub const SWITCH: &str = "切换";
/// Transition: matters switch from a day on.
pub const SWITCH_FROM: &str = "自";
/// Transition that is no word: by the day of each act.
pub const BY_ACT: &str = "按行为日";
/// Refused because of the role.
pub const REFUSED_ROLE: &str = "角色";
/// Refused because too few signed.
pub const REFUSED_FEW: &str = "至少";
/// Refused because of the persons.
pub const REFUSED_PERSONS: &str = "不同人";
/// Refused because of what a field holds (followed by its name).
pub const REFUSED_FIELD: &str = "字段 ";
/// Refused because a field is not known (followed by its name).
pub const REFUSED_MISSING: &str = "缺字段 ";
/// Stands for the person in the key of a register.
pub const PERSON_SLOT: &str = "{人}";
/// Stands for the role in the key of a register.
pub const ROLE_SLOT: &str = "{角色}";
/// The sides of an identity are equal.
const SIDES_EQUAL: &str = "相等";
/// The left side is at most the right.
pub const SIDES_AT_MOST: &str = "不大于";
/// Window of a figure: the due day.
pub const WINDOW_DUE: &str = "应期";
/// Window of a figure: the day performed.
pub const WINDOW_PERFORMED: &str = "行为日";
/// Window of a figure: the day of another act, by its name.
pub const WINDOW_ACT_SUFFIX: &str = "日";
/// The same figure of the year before, in an identity.
pub const LAST_YEAR_PREFIX: &str = "上年 ";
/// Window of a figure: this year.
pub const WINDOW_YEAR: &str = "本年";
/// Window of a figure: from the beginning.
pub const WINDOW_ALL: &str = "累计";
/// What a text is called in messages where nothing else is known.
pub const OWN_ACT_REASON: &str = "本程序设定的行为";

/// In a plan's balance: matters begun before the year that still have an act in it.
pub const CARRIED_IN: &str = "上年结转";
/// In a plan's patterns: the year and the number of the matter.
pub const PLACEHOLDERS: (&str, &str) = ("年", "序");
/// Minutes, the one unit of a plan that no limit has.
pub const MINUTES: &str = "分钟";

/// Words of the field types.
pub const TYPES: &[(&str, FieldType)] = &[
    ("文本", FieldType::Text),
    ("整数", FieldType::Integer),
    ("金额", FieldType::Money),
    ("日期", FieldType::Date),
    ("时刻", FieldType::Moment),
    ("期间", FieldType::Period),
    ("选项", FieldType::Choice),
    ("是否", FieldType::YesNo),
    ("人员", FieldType::Person),
    ("组织", FieldType::Organisation),
    ("附件", FieldType::Attachment),
    ("引用", FieldType::Reference),
];
const TYPE_WORDS: &[&str] = &[
    "文本", "整数", "金额", "日期", "时刻", "期间", "选项", "是否", "人员", "组织", "附件", "引用",
];

/// Words of what the public sees.
pub const PUBLICITY: &[(&str, Publicity)] =
    &[(FULL, Publicity::Full), (MASKED, Publicity::Masked), (REMOVED, Publicity::Removed)];

/// Units of a period, longest word first.
pub const UNITS: &[(&str, kernel::Unit)] = &[
    ("个工作日", kernel::Unit::WorkingDay),
    ("工作日", kernel::Unit::WorkingDay),
    ("个小时", kernel::Unit::Hour),
    ("小时", kernel::Unit::Hour),
    ("个月", kernel::Unit::Month),
    ("日", kernel::Unit::Day),
    ("年", kernel::Unit::Year),
];
/// Marks the most by which something may be prolonged.
pub const AT_MOST_PREFIX: &str = "至多";
/// Month, day and "before" of a fixed date: `3月1日前`.
pub const FIXED_DATE: (&str, &str, &str) = ("月", "日", "前");
/// End of the month, of the quarter.
pub const PERIOD_ENDS: (&str, &str) = ("月底前", "季末前");

/// Ends of a date in a spreadsheet that may stand for one another, or be missing.
pub const DAY_ENDS: &[char] = &['日', '号'];

/// Chinese numerals in dates, by value.
pub const NUMERALS: [&str; 10] = ["〇零○", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
/// The numeral of ten.
pub const TEN: char = '十';

/// What may follow an amount of money in a cell, and what may stand before it.
pub const YUAN: char = '元';
/// See [`YUAN`].
pub const YUAN_SIGN: char = '¥';

/// Words of guards.
pub mod guard_words {
    /// And.
    pub const AND: &str = "且";
    /// Or.
    pub const OR: &str = "或";
    /// Not.
    pub const NOT: &str = "非";
    /// Has a value.
    pub const HAS: &str = "有";
    /// Is one of.
    pub const IN: &str = "属于";
    /// Parameter.
    pub const PARAM: &str = "参数";
    /// Yes.
    pub const YES: &str = "是";
    /// No.
    pub const NO: &str = "否";
}

/// Signs that look like syntax but are part of a name to KDL, and what they should have been.
pub const LOOKALIKES: &[(char, &str)] = &[
    ('“', "\""),
    ('”', "\""),
    ('„', "\""),
    ('＂', "\""),
    ('「', "\""),
    ('」', "\""),
    ('‘', "\""),
    ('’', "\""),
    ('；', ";"),
    ('｛', "{"),
    ('｝', "}"),
    ('、', " "),
    ('，', " "),
    ('＝', "="),
    ('＃', "#"),
    ('：', " "),
    ('。', " "),
    ('（', "("),
    ('）', ")"),
    ('／', "/"),
    (',', " "),
];
/// Typographic quotes that open or close.
pub const QUOTES: &[char] = &['“', '”', '„', '＂', '‘', '’'];

/// Sentences of the manual.
pub mod manual {
    /// Head of the page.
    pub const HEAD: &str = include_str!("../wording/manual.md");
    /// Column heads.
    pub const COLUMNS: &str = "| 属性 | 类型 | 缺省 | 含义 |";
    /// Arguments.
    pub const ARGUMENTS: &str = "写法";
    /// Holds.
    pub const HOLDS: &str = "花括号内";
    /// Names only.
    pub const HOLDS_NAMES: &str = "名字,以分号或换行分开";
    /// Example.
    pub const EXAMPLE: &str = "例";
    /// Error.
    pub const ERROR: &str = "常见错误";
    /// Any name.
    pub const OPEN: &str = "属性名为字段名或形参名,不限";
    /// All relations.
    pub const COMMON: &str = "另有每条关系都可写的属性(见上)";
    /// Title of the common properties.
    pub const COMMON_TITLE: &str = "每条关系都可写的属性";
    /// Names of the types of values.
    pub const TYPES: [&str; 11] = [
        "文本",
        "名字",
        "名字,以空格分开",
        "#true 或 #false",
        "整数",
        "日期",
        "期间",
        "条件",
        "条文",
        "其一:",
        "按字段类型",
    ];
    /// Prefix of a figure or property that is in force by default.
    pub const NONE: &str = "无";
}
