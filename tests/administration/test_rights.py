"""What stands for the whole portal is changed by administrators alone, whatever page asks for it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from models.states import Role
from portal.actors import Actor
from portal.administration import check_rules, code_lists, office_settings
from portal.errors import Forbidden
from portal.publishing.rule_book import Ruling
from tests.make import Maker

Act = Callable[[Actor, datetime], None]
ACTS: dict[str, Act] = {
    "rule": lambda actor, now: check_rules.save("Q-09", Ruling(), actor=actor, now=now),
    "code list": lambda actor, now: code_lists.save("fields", [], actor=actor, now=now),
    "setting": lambda actor, now: office_settings.save("approval_days", "5", actor=actor, now=now),
    "setting back": lambda actor, now: office_settings.reset("approval_days", actor=actor, now=now),
}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_but_an_administrator(rules: Flask, make: Maker, now: datetime, act: str) -> None:
    for actor in (make.secretary(Role.reviewer), make.member()):
        with pytest.raises(Forbidden):
            ACTS[act](actor, now)
