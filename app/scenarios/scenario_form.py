"""The form in which a scenario is asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.scenarios.models import LONGEST_NAME
from app.siting.propose_sites import Wish
from app.wording import PROFILE_TITLES

ALL = "all"
MOST_MINUTES = 120


class NewScenario(BaseModel):
    """A question about the next consultants, and the name under which its answer is kept."""

    name: Annotated[
        str,
        Field(title="試算の名前", description="例: 来年度に2人増やす", max_length=LONGEST_NAME, pattern=r"^[^\x00]*$"),
    ]
    add: Annotated[
        Literal["1", "2", "3", "4", "5", "all"],
        Field(
            title="増やす人数",
            json_schema_extra={"titles": {**{str(n): f"{n}人" for n in range(1, 6)}, ALL: "候補地すべて"}},
        ),
    ] = "2"
    minutes: Annotated[
        int, Field(title="何分以内", description=f"1から{MOST_MINUTES}までの整数です。", ge=1, le=MOST_MINUTES)
    ] = 20
    profile: Annotated[
        Literal["car", "car-winter", "walk"],
        Field(
            title="移動のしかた(季節)",
            json_schema_extra={"titles": PROFILE_TITLES},
        ),
    ] = "car"
    candidates: Annotated[
        Literal["centres", "facilities", "settlements"],
        Field(
            title="置いてよい場所",
            json_schema_extra={
                "titles": {
                    "centres": "空いている地区センター",
                    "facilities": "公共の施設",
                    "settlements": "すべての集落",
                }
            },
        ),
    ] = "centres"
    objective: Annotated[
        Literal["cover", "mean", "worst"],
        Field(
            title="何を良くするか",
            json_schema_extra={
                "titles": {
                    "cover": "届く人を最も多く",
                    "mean": "平均の時間を最も短く",
                    "worst": "いちばん遠い人を最も近く",
                }
            },
        ),
    ] = "cover"

    def wish(self) -> Wish:
        """Return what is asked in the form of the use case."""
        add = None if self.add == ALL else int(self.add)
        return Wish(add, self.minutes, self.objective, self.profile, self.candidates)
