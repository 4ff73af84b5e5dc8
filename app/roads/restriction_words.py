"""Words of a road notice → whether cars may pass: 「片側交互通行」 leaves the road open, 「全面通行止」 closes it.

A notice is read as a sentence of few words: who is affected × which part of the road × what is done × whether it is
lifted or denied. `WORDS` is the whole vocabulary; a notice that it cannot decide is refused with what to write instead,
and never closes a road.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import NamedTuple

from app.errors import InputError


class Effect(StrEnum):
    """What a notice does to the cars on a road."""

    CLOSED = auto()
    ONE_DIRECTION = auto()
    OPEN = auto()


class Kind(StrEnum):
    """What a word says."""

    OTHER_USERS = auto()  # people and vehicles that are no ordinary car
    CARS = auto()
    PRIVILEGED = auto()  # vehicles that may pass a closure; everybody else may not
    RESIDENTS = auto()  # whether they are meant cannot be decided
    EQUIPPED = auto()  # cars with chains or winter tyres
    ONLY = auto()
    EXCEPT = auto()
    PART = auto()  # part of the road's width
    WHOLE = auto()  # the whole width
    BOTH = auto()  # both directions
    DIRECTION = auto()
    HOURS = auto()
    CONDITION = auto()
    CLOSE = auto()
    PASS = auto()
    LESS = auto()  # a measure that lets cars pass
    LIFTED = auto()
    NOT = auto()
    NOTICE = auto()  # of something that is to come, or a way round
    FILLER = auto()
    REASON = auto()
    BREAK = auto()
    UNKNOWN = auto()


WEIGHT = r"(?:車両)?(?:総?重量)?\d+(?:\.\d+)?(?:トン|t)"
WIDTH = r"(?:車両の?)?(?:車?高さ?|車?幅員?|長さ|全長)\d+(?:\.\d+)?m"
CLOCK = r"(?:午前|午後|翌日?|の)*\d{1,2}(?::\d{2}|時(?:半|\d{1,2}分)?)"
AT_NIGHT = "夜間|昼間|日中|早朝|深夜|時間帯"
LIMIT = r"(?:車両?|以上|を?超(?:える|過)?|未満|以下|の)*"
# In this order: the first that fits is taken, so that longer words stand before their parts.
WORDS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.REASON,
        (
            rf"(?:(?!{AT_NIGHT}|止め|閉鎖|解除|状況|場合|必要)[^()、。・])*?"
            r"(?:のため|為|により|による|によって|に伴う|に伴い|に伴って|につき|の恐れ|のおそれ|の影響|の関係で)の?"
        ),
    ),
    # Not lifted yet, or denied.
    (Kind.FILLER, r"解除(?:は|の|時期|日)*(?:予定|未定|見込み?|まで|されるまで|されていません)"),
    (
        Kind.CONDITION,
        r"一部(?:区間)?(?:を|は)?(?:解除|開通|再開)|未解除|解除(?:せず|しない)|未開通|または|もしくは",
    ),
    (Kind.LIFTED, r"解除|開通|再開|規制(?:なし|無し)|通常通行|撤去済み?|規制終了|復旧済み?|復旧しました|開放"),
    (
        Kind.NOT,
        r"(?:では|は|を|に|の)*(?:ありません|ない|なし|無し|しない|しません|行わない|行わず|行いません|せず|伴わない)",
    ),
    # Conditions under which the road closes: whether they hold cannot be known.
    (
        Kind.CONDITION,
        (
            r"(?:大雨|豪雨|降雨|雨量|積雪|降雪|大雪|凍結|異常気象|強風|越波|高波|荒天|地震|津波|増水|冠水)(?:発生)?時"
            r"|(?:連続|時間)?雨量|場合|状況により|必要に応じ|随時|可能性|検討|一時的?な?(?=通行止め|全面)|時々|おそれあり|平日|休日|祝日|土日祝?|[月火水木金土日]曜日?|毎週"
        ),
    ),
    (Kind.PART, r"断続的?な?に?|最大\d+分間?の?|\d+分(?:間|程度)の?"),
    # Measures that let cars pass.
    (
        Kind.LESS,
        (
            r"片側(?:\d?車線)?(?:交互)?(?:通行|規制)(?!止め)(?:規制)?|片側交互(?!通行)|交互(?:通行|規制)(?!止め)|対面通行(?:規制)?|徐行(?:運転)?"
            r"|(?:最高)?速度(?:規制|制限|\d+km)?|\d+(?:km|キロ)(?:/h|毎時)?(?:速度)?(?:規制|制限)|\d+km/h"
            r"|(?:チェーン|タイヤチェーン|冬用?タイヤ|滑り止め|スタッドレスタイヤ?)(?:装着)?(?:等)?(?:の)?(?:規制|義務|必要|必携|装着規制|携行)"
            r"|幅員?(?:規制|制限|減少|縮小)|車幅制限|(?:重量|総重量|高さ|車高|長さ)(?:規制|制限)|車線(?:規制|減少|制限|切替|シフト)"
            r"|路肩(?:規制|閉鎖|通行)|(?:歩道|自転車道|側道)(?:規制|切替)|一方通行(?:規制)?|信号(?:規制|制御)|駐停?車禁止|追い?越し?禁止"
            r"|(?:右|左)折禁止|転回禁止|通行注意|走行注意|減速|誘導員?|切り?回し"
        ),
    ),
    (Kind.NOTICE, r"予告|事前通知|(?:迂回|う回)路?(?:有り|有|あり|は)?"),
    # Users.
    (
        Kind.EQUIPPED,
        r"(?:タイヤ)?(?:チェーン|冬用?タイヤ|滑り止め|スタッドレスタイヤ?)(?:の|を|等)*(?:装着|携行|装備|着用)?(?:した|している|の)?(?:車両?)?",
    ),
    (
        Kind.PRIVILEGED,
        (
            r"緊急(?:車両?|自動車)|(?:工事|作業|除雪|災害|復旧|救援|支援)?(?:関係|対応|対策)車両?|関係者|(?:工事|作業|除雪|復旧|救援|支援|災害)(?:用)?(?:車両?|者)"
            r"|(?:路線|市営|町営|スクール|送迎|乗合)?バス(?!規制)|タクシー|許可(?:証)?(?:車両?|を?受けた車両?|者)|消防車?|救急車?|警察車両|郵便車?"
        ),
    ),
    (
        Kind.RESIDENTS,
        r"(?:地元|地域|沿線|沿道|近隣|周辺|地区内?)(?:の)?(?:住民|居住者|車両?|の方)*|居住者|住民|耕作者|地権者|通勤者?",
    ),
    (
        Kind.OTHER_USERS,
        (
            rf"(?:{WEIGHT}|{WIDTH}){LIMIT}(?:の)?(?:大型|車両?|トラック|貨物)*"
            r"|大型(?:特殊|貨物|自動|乗用|車両?|トラック|バス|トレーラー?|等|車|の)*|(?:特定|準)?中型(?:自動車|貨物|トラック|車両?|車|等)*"
            r"|特殊(?:大型)?車両?|特定車両?|危険物(?:積載)?(?:車両?)?|(?:普通)?貨物(?:自動車|車両?)*|トラック|ダンプ(?:カー|車)?|トレーラー?|(?:けん引|牽引)(?:自動)?車?"
            r"|(?:自動|大型)?二輪(?:自動)?(?:車両?)?|オートバイ|バイク|原動機付?自転車|原付(?:自転車)?|軽車両|自転車(?!道)|サイクリング|歩行者|歩行|通行人|人(?=の?通行止め)"
            r"|農耕(?:用)?車両?|トラクター|路面電車|馬車"
        ),
    ),
    (
        Kind.CARS,
        r"(?:全ての|すべての|全)?(?:一般|普通|乗用|小型|軽四?輪?|四輪)(?:自動|乗用|車両?)*車?両?|全て(?!の)|すべて(?!の)|(?:全ての|すべての|全)?(?:車両類|車両|自動車|全車種?(?!線)|諸車)|車(?=の?通行止め|を?通|全面)",
    ),
    (Kind.ONLY, r"のみ|だけ|に限る|に限り|限定|専用"),
    (Kind.EXCEPT, r"(?:は|を|の)?(?:除く|除き|除いた|除外)|以外(?:の|は)?"),
    # Parts of the road.
    (Kind.BOTH, r"上下(?:線|車線)?(?:とも|共)?|両(?:車線|方向|側)|往復(?:車線)?|双方向"),
    (Kind.WHOLE, r"全面|全車線|全幅員?|全線|完全"),
    (
        Kind.PART,
        (
            r"片側(?:交互)?(?:車線)?|交互|(?:走行|追い?越し?|登坂|第?[一二三\d]|右折|左折|片|内側|外側|ゆずり)(?:専用)?車線|車線|路肩|歩道|自転車道|側道"
            r"|半幅|半断面|一部(?:区間)?|部分的?な?|片道"
        ),
    ),
    (Kind.DIRECTION, r"(?:上り|下り|のぼり|くだり|内回り|外回り)(?:線|車線|方向)?|片方向|一方向"),
    (
        Kind.HOURS,
        (
            rf"{CLOCK}(?:から|[〜~\-]){CLOCK}(?:まで)?|{AT_NIGHT}|夜(?=通行|全面)|時間(?:規制|指定|制限)"
            r"|毎日|各日"
        ),
    ),
    # What is done.
    (Kind.PASS, r"(?:の)?(?:通行|通過|走行)(?:は|が)?(?:可能?|できます|できる|出来ます|ok)(?!性)|通れます|通れる"),
    (
        Kind.CLOSE,
        (
            r"(?:の)?(?:通行|交通|通り抜け|進入|立入|通過|車両?通行)(?:は|が|を)?(?:止め|禁止|不可|不能|遮断|できません|できない|出来ません)"
            r"|全止め|全面止め|通れません|(?:の)?(?:冬期|季節|道路)?(?:全面)?(?:閉鎖|封鎖|閉塞)|不通|車両?止め"
        ),
    ),
    (
        Kind.FILLER,
        r"冬期間?|期間中?|終日|昼夜(?:間)?(?:連続)?|24時間|当面の?間?|現在|引き?続き|実施中?|予定|継続中?|措置|規制中?|です|ます|します|となります|になります|中(?=$|[()、。・])|区間|箇所",
    ),
    (
        Kind.REASON,
        r"災害|工事|事故|落石|土砂崩れ|崩落|倒木|冠水|積雪|路面凍結|凍結|雪崩|陥没|損壊|地震|台風|大雨|行事|祭り|イベント",
    ),
    (Kind.BREAK, r"[()、。・,./:;+&\-~〜→]|及び|並びに|と|や|の"),
)
READ = re.compile("|".join(f"(?P<k{number}>{pattern})" for number, (_, pattern) in enumerate(WORDS)))
# Text that is in no list may be a place or a reason beside 「全面通行止」, but neither a user nor a condition.
MAY_NARROW = re.compile(
    r"(?:車|両|者|人|バス|カー|機|械|用|以上|以下|超|未満|m|装着|積載|方面|方向|側|限|可|ない|ず|時|ば|なら|たら|条件|際)$"
)
ANNOUNCED = ("予告", "事前通知")
HINT = (
    "write 「全面通行止」 where no car may pass, or what is restricted where cars may pass "
    "(「片側交互通行」, 「大型車通行止」, 「解除」)"
)
HINT_JA = "車が通れないなら「全面通行止」、通れるなら「片側交互通行」「大型車通行止」「解除」のように書いてください。"


USERS = frozenset({Kind.OTHER_USERS, Kind.CARS, Kind.PRIVILEGED, Kind.RESIDENTS, Kind.EQUIPPED})
MEASURES = frozenset({Kind.CLOSE, Kind.PASS, Kind.LESS})
MARKS = frozenset({Kind.PART, Kind.WHOLE, Kind.BOTH, Kind.DIRECTION, Kind.HOURS, Kind.ONLY})


class Notice(NamedTuple):
    """What a notice says: its effect on cars, whether that is so at some hours only, and those hours as written."""

    effect: Effect
    is_at_hours: bool = False
    hours: str = ""


@dataclass
class _Clause:
    """One measure with those whom it affects, where and when; `is_doubtful` where a word beside it is not known."""

    measure: Kind | None = None
    users: list[Kind] = field(default_factory=list)
    exempt: list[Kind] = field(default_factory=list)
    marks: set[Kind] = field(default_factory=set)
    hours: str = ""
    unknown: str = ""
    is_denied: bool = False
    is_doubtful: bool = False


def read_notice(content: str) -> Notice:
    """Return what the words of a notice do to cars; no words at all close the road, as the row of a list of closures.

    Raises InputError where the words do not decide it.
    """
    words = _words(content)
    if not words:
        return Notice(Effect.CLOSED)
    kinds = {kind for kind, _ in words}
    is_announced = any(kind is Kind.NOTICE and text in ANNOUNCED for kind, text in words)
    if Kind.LIFTED in kinds or is_announced:
        return Notice(Effect.OPEN)
    clauses = _clauses(words)
    if not clauses:
        if Kind.NOTICE in kinds:
            return Notice(Effect.OPEN)
        raise _undecided(content)
    if any(clause.measure is Kind.PASS and Kind.CARS in clause.users and not clause.is_denied for clause in clauses):
        return Notice(Effect.OPEN)
    found = [_effect(clause, content) for clause in clauses]
    shut = {each for each in found if each.effect is not Effect.OPEN}
    if not shut:
        return Notice(Effect.OPEN)
    # What lets cars pass may stand beside a closure at some hours, not beside one without them; and a closure whose
    # hours, directions or conditions differ from another one's is not decided either.
    passes = any(clause.measure is Kind.LESS or _lets_pass(clause) for clause in clauses)
    if Kind.CONDITION in kinds or len(shut) > 1 or (passes and not all(each.is_at_hours for each in shut)):
        raise _undecided(content)
    return shut.pop()


def plain_words(content: str) -> str:
    """Return the words of a notice in one writing: half-width, without blanks, 止め for 止."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", content)).lower()
    for written, meant in (
        ("車輌", "車両"),
        ("冬季", "冬期"),
        ("どめ", "止め"),
        ("止メ", "止め"),
        ("[", "("),
        ("]", ")"),
    ):
        plain = plain.replace(written, meant)
    plain = re.sub(r"[【〔「『〈《｛{]", "(", re.sub(r"[】〕」』〉》｝}]", ")", plain))
    return re.sub(r"(?<![禁停中防廃])止(?!め)", "止め", plain)


def _words(content: str) -> list[tuple[Kind, str]]:
    plain = plain_words(content)
    words: list[tuple[Kind, str]] = []
    at, unknown = 0, ""
    while at < len(plain):
        found = READ.match(plain, at)
        if found is None or not found[0]:
            unknown += plain[at]
            at += 1
            continue
        if unknown:
            words.append((Kind.UNKNOWN, unknown))
            unknown = ""
        words.append((WORDS[int(str(found.lastgroup)[1:])][0], found[0]))
        at = found.end()
    return [*words, (Kind.UNKNOWN, unknown)] if unknown else words


def _clauses(words: list[tuple[Kind, str]]) -> list[_Clause]:
    """Return the measures in the order of the words; what follows the last one belongs to it."""
    reading = _Reading()
    for kind, text in words:
        reading.take(kind, text)
    return reading.end()


class _Reading:
    """The clauses so far, and the one that has no measure yet."""

    def __init__(self) -> None:
        self.clauses: list[_Clause] = []
        self.now = _Clause()
        self.before_bracket: list[Kind] = []
        self.is_behind_measure = False

    def take(self, kind: Kind, text: str) -> None:
        """Take the next word."""
        now = self.now
        if kind in MEASURES:
            self._measure(kind)
        elif kind in USERS:
            now.users.append(kind)
        elif kind in MARKS:
            now.marks.add(kind)
            now.hours = text if kind is Kind.HOURS and re.search(CLOCK, text) else now.hours
        elif kind is Kind.EXCEPT:
            now.is_doubtful |= not now.users
            now.exempt, now.users = [*now.exempt, *now.users], []
        elif kind is Kind.NOT:
            self._deny()
        elif kind is Kind.UNKNOWN:
            now.unknown = text
            now.is_doubtful |= bool(self.clauses) and bool(MAY_NARROW.search(text))
        elif kind in {Kind.BREAK, Kind.REASON}:
            now.unknown = ""
            self._bracket(text)

    def end(self) -> list[_Clause]:
        """Return the clauses."""
        if self.clauses:
            _append(self.clauses[-1], self.now)
        return self.clauses

    def _measure(self, kind: Kind) -> None:
        now = self.now
        is_known = not now.unknown or (Kind.WHOLE in now.marks and not MAY_NARROW.search(now.unknown))
        now.measure, now.is_doubtful = kind, now.is_doubtful or not is_known
        self.clauses.append(now)
        self.now = _Clause()

    def _deny(self) -> None:
        if self.clauses and self.now == _Clause():
            self.clauses[-1].is_denied = True
        else:
            self.now.is_doubtful = True

    def _bracket(self, text: str) -> None:
        if text == "(":
            self.is_behind_measure = self.now == _Clause()
            self.before_bracket, self.now.users = self.now.users, []
        elif text == ")":
            # Users in brackets say which of those before them are meant.
            self.now.users = self.now.users or self.before_bracket
            self.before_bracket = []
            if self.clauses and self.is_behind_measure:
                _append(self.clauses[-1], self.now)
                self.now = _Clause()


def _append(clause: _Clause, more: _Clause) -> None:
    """Give a measure what follows it: users narrow it, exceptions and marks come on top."""
    clause.users = more.users or clause.users
    clause.exempt += more.exempt
    clause.marks |= more.marks
    clause.hours = more.hours or clause.hours
    # A word that is not known and stands right behind the measure may turn it into something else.
    clause.is_doubtful |= more.is_doubtful or bool(more.unknown)


def _effect(clause: _Clause, content: str) -> Notice:
    """Return what one measure does to cars: who is affected × which part × what is done."""
    if not _shuts(clause):
        return Notice(Effect.OPEN)
    unsure = Kind.RESIDENTS in {*clause.users, *clause.exempt}
    if unsure or clause.is_doubtful or (clause.is_denied and clause.measure is not Kind.CLOSE):
        raise _undecided(content)
    is_one = Kind.DIRECTION in clause.marks and Kind.BOTH not in clause.marks
    effect = Effect.ONE_DIRECTION if is_one else Effect.CLOSED
    return Notice(effect, Kind.HOURS in clause.marks, clause.hours)


def _shuts(clause: _Clause) -> bool:
    if clause.measure is Kind.LESS or Kind.PART in clause.marks:
        return False
    if clause.measure is Kind.PASS:
        # 「緊急車両のみ通行可」 closes the road to all others; 「歩行者は通行可」 says nothing of cars.
        return clause.is_denied or (Kind.ONLY in clause.marks and not _affects_cars(clause))
    return not clause.is_denied and _affects_cars(clause)


def _lets_pass(clause: _Clause) -> bool:
    """Return whether a clause says that cars may pass: 「夜間は通行可」."""
    return clause.measure is Kind.PASS and not clause.is_denied and not clause.users


def _affects_cars(clause: _Clause) -> bool:
    if {Kind.CARS, Kind.EQUIPPED} & set(clause.exempt):
        return False
    return not clause.users or bool({Kind.CARS, Kind.EQUIPPED, Kind.RESIDENTS} & set(clause.users))


def _undecided(content: str) -> InputError:
    return InputError(
        f"its content {content[:60]!r} does not say whether cars may pass; {HINT}",
        detail=f"内容「{content[:60]}」からは、車が通れるかどうか決められません。{HINT_JA}",
    )
