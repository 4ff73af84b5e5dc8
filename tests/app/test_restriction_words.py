"""Words of road notices: what fully closes a road to cars closes it, and nothing else does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InputError
from app.roads.restriction_words import Effect, Notice, read_notice


def listed(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


CLOSED = listed("""
全面通行止め 通行止 通行止め 冬期閉鎖 冬季閉鎖 車両通行止め 全面通行止 冬期通行止 冬期全面通行止
全車両通行止め 車輌通行止 自動車通行止め 一般車両通行止め 普通車通行止め 車両通行不可 通行不能 通行禁止
全線通行止め 上下線通行止め 全車線通行止め 終日全面通行止め 昼夜全面通行止め 全面通行止め中
積雪のため全面通行止め 落石のため通行止 土砂崩れによる全面通行止め 橋梁架替工事に伴う通行止め 災害通行止
全面通行止(積雪) 全面通行止(工事) 赤羽根峠全面通行止め 通行止め(歩行者・二輪車を除く)
全面通行止め(大型車を除く) 大型車を除き全面通行止め 全面通行止め(緊急車両を除く) 緊急車両以外通行止め
歩行者を除く通行止め 全面通行止め(迂回路あり) 全面通行止め、迂回路あり 全面通行止め、緊急車両は通行可
通行止め(歩行者は通行可) 緊急車両のみ通行可 歩行者のみ通行可 通行止め(解除未定)
全面通行止め(3月31日解除予定) 車両・歩行者通行止め 大型車及び普通車通行止め 路面凍結のため冬期通行止
""")
OPEN = listed("""
片側交互通行止め 片側交互通行 片側交互 片側通行止め 片側1車線通行止め 交互通行 対面通行 徐行 車線規制
走行車線通行止め 追越車線通行止め 登坂車線通行止め 一部車線通行止め 車線減少 路肩規制 歩道通行止め
側道通行止め 速度規制 50km/h規制 最高速度50km チェーン規制 冬用タイヤ規制 チェーン装着車以外通行止め
冬用タイヤ装着車以外通行止め 幅員制限 幅員減少 重量制限 一方通行 信号規制 迂回路あり 予告 通行止め予告
全面通行止め(予告) 解除 通行止め解除 全面通行止め解除 解除(通行止め) 通行止め、解除 通行止めは解除されました
開通 通行止めなし 通行止めではありません 規制なし 大型車通行止め 大型車両通行止め 大型貨物自動車等通行止め
大型車のみ通行止め 大型車通行止め・片側交互通行 通行止め(大型車のみ) 全面通行止め(大型車) 4t車以上通行止
10t以上通行止 車両総重量20t以上通行止め 車両(4t以上)通行止め 車両通行止め(総重量14トン超)
高さ3.8m以上の車両通行止め 幅2m以上通行止め トラック通行止め 特殊車両通行止め 危険物積載車両通行止め
バス通行止め 二輪車通行止 自動二輪車通行止 原付通行止め 大型車・二輪車通行止め 軽車両通行止め 自転車通行止め
歩行者通行止め 歩行者・自転車通行止め 歩行者及び自転車通行止め 一般車両通行可 全面通行可 普通車以外通行止め
通行止め(普通車を除く) 通行止め(普通車は通行可) 片側交互通行(一部通行止め) 一部通行止め 夜間片側交互通行
大雨時片側交互通行 断続的に通行止め 最大10分間の通行止め
""")
UNDECIDED = listed("""
交通規制 通行規制 工事中 注意 ABC 大雨時通行止め 積雪時通行止め 連続雨量100mmで通行止め 通行止めの場合あり
状況により通行止め 一時通行止め 平日通行止め 土日通行止め 全面通行止め(地元住民を除く) 農耕作業機械通行止め
未解除 通行止め一部解除 片側交互通行、全面通行止め 全面通行止めまたは片側交互通行 通行止め標識設置
""")


@pytest.mark.parametrize("words", CLOSED)
def test_what_keeps_every_car_out_closes_the_road(words: str) -> None:
    assert read_notice(words) == Notice(Effect.CLOSED)


@pytest.mark.parametrize("words", OPEN)
def test_what_lets_cars_pass_leaves_the_road_open(words: str) -> None:
    assert read_notice(words).effect is Effect.OPEN


@pytest.mark.parametrize("words", UNDECIDED)
def test_what_does_not_decide_it_is_refused_with_what_to_write(words: str) -> None:
    with pytest.raises(InputError, match="write 「全面通行止」 where no car may pass") as told:
        read_notice(words)
    assert "車が通れるかどうか決められません" in str(told.value.detail)


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("夜間全面通行止め", ""),
        ("昼間通行止め", ""),
        ("片側交互通行、夜間全面通行止", ""),
        ("夜間通行止め(9:00〜17:00は通行可)", ""),
        ("夜間通行止め(22:00〜翌5:00)", "22:00〜翌5:00"),
        ("9時から17時まで全面通行止め", "9時から17時まで"),
        ("全面通行止(9:00〜17:00)", "9:00〜17:00"),
    ],
)
def test_a_closure_at_some_hours_says_so(words: str, hours: str) -> None:
    assert read_notice(words) == Notice(Effect.CLOSED, is_at_hours=True, hours=hours.replace("〜", "〜"))


@pytest.mark.parametrize("words", ["上り線通行止め", "下り線全面通行止め", "通行止め(上り)", "内回り通行止め"])
def test_one_direction_is_no_whole_road(words: str) -> None:
    assert read_notice(words).effect is Effect.ONE_DIRECTION


def test_a_row_without_words_is_a_closure_as_its_list_is() -> None:
    assert read_notice("") == read_notice(" 　") == Notice(Effect.CLOSED)


OTHERS = listed("""
大型車 大型貨物自動車 4t車以上 二輪車 自動二輪車 歩行者 自転車 原付 特殊車両 トラック 幅2m以上の車両
""")
PARTS = listed(
    "通 行 止 め 片側 交互 大型車 を除く ( ) 、 解除 夜間 全面 のみ 可 ない 歩行者 車両 チェーン 9:00 〜 時 の"
)
CLOSING = ["通行止め", "通行止", "全面通行止め", "通行禁止", "通行不可"]


def effect(words: str) -> Effect | None:
    """Return what words do, None where they are refused."""
    try:
        return read_notice(words).effect
    except InputError:
        return None


@given(st.lists(st.sampled_from(OTHERS), min_size=1, max_size=4), st.sampled_from("・、及と"), st.sampled_from(CLOSING))
def test_words_that_narrow_it_to_others_than_cars_never_close_the_road(users: list[str], sign: str, words: str) -> None:
    told = ("及び" if sign == "及" else sign).join(users)
    assert effect(told + words) is Effect.OPEN
    assert effect(f"{words}({told})") is Effect.OPEN
    assert effect(f"{words}({told}のみ)") is Effect.OPEN
    # All but these: cars, too.
    assert effect(f"{words}({told}を除く)") is Effect.CLOSED
    assert effect(f"{told}以外{words}") is Effect.CLOSED


@given(st.sampled_from([*CLOSED, *OPEN]))
def test_lifting_it_opens_the_road(words: str) -> None:
    assert effect(f"{words}解除") is Effect.OPEN
    assert effect(f"解除({words})") is Effect.OPEN
    assert effect(f"{words}・解除") is Effect.OPEN


@given(st.sampled_from([*CLOSED, *OPEN, *UNDECIDED]), st.sampled_from([" ", "　", "\n"]), st.data())
def test_blanks_and_widths_change_nothing(words: str, blank: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words)))
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in words)
    assert unicodedata.normalize("NFKC", wide) == unicodedata.normalize("NFKC", words)
    assert effect(words[:at] + blank + words[at:]) == effect(wide) == effect(words)


@given(st.sampled_from(OPEN), st.sampled_from(OPEN), st.sampled_from("・、,／\n"))
def test_two_that_let_cars_pass_let_cars_pass(one: str, other: str, sign: str) -> None:
    assert effect(one + sign + other) is not Effect.CLOSED


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(PARTS),
        max_size=12,
    ).map("".join)
    | st.text(max_size=30)
)
def test_any_words_are_read_or_refused(words: str) -> None:
    assert effect(words) in {*Effect, None}
