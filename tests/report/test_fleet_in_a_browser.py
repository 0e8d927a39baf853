"""The fleet's report as a reader meets it: narrow, filtered, without scripts, on paper."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from lambdas.document_fleet.report import report
from tests.report.test_report_in_a_browser import (
    errors,
    requests,
    too_wide,
    violations,
)
from tests.unit.document_fleet.fleets import ROWS, a_fleet
from tests.unit.document_policy.forms import HOSTILE
from tests.unit.overview.rows import a_row, an_end

pytestmark = pytest.mark.report
WIDTHS = (390, 768, 1280, 1920)
LONG = a_row(
    "a-process-with-the-longest-name",
    owner="a-team-with-a-very-long-name-indeed@department.of-something.example.com",
    revision="0123456789ab",
    verdict="proved after 2 repairs",
    ways_up=3,
    reaches=12,
    grounds={"observed": 1_240, "pass-role": 4, "tag-on-create": 17, "rollback": 121},
    end=an_end("x", "FAILED", "States.TaskFailed" * 3, "/".join(["a-long-path"] * 40)),
)
BEFORE = a_fleet([a_row("milk"), a_row("wine", ways_up=0), a_row("gone")]).to_json()


def opened(browser: Chrome, folder: Path, *more: object) -> None:
    path = folder / "report.html"
    path.write_text(report(a_fleet([*ROWS, *more], before=BEFORE)), encoding="utf-8")  # type: ignore[list-item]  # rows
    browser.get(path.as_uri())


def shown(browser: Chrome) -> list[str]:
    rows = browser.find_elements(By.CSS_SELECTOR, ".fleet tbody tr:not(.group) > th")
    return [one.text.split("\n")[0] for one in rows if one.is_displayed()]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_beyond_the_page_at_any_width(
    browser: Chrome, tmp_path: Path, width: int
) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    opened(browser, tmp_path, LONG)

    found = too_wide(browser)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert found == []


def test_the_page_breaks_no_rule_of_accessibility_and_loads_nothing(
    browser: Chrome, tmp_path: Path
) -> None:
    opened(browser, tmp_path, LONG)

    assert violations(browser) == []
    assert errors(browser) == []
    assert all(one.startswith(("file:", "data:")) for one in requests(browser))


def test_rows_are_found_by_word_need_owner_and_sandbox(browser: Chrome, tmp_path: Path) -> None:
    opened(browser, tmp_path, a_row("zeta", owner="zeta@example.com"))
    everything = shown(browser)
    find = browser.find_element(By.ID, "find")

    assert everything[0] == "milk"
    assert len(everything) == len(ROWS) + 1
    find.send_keys("no space")  # a word of the cause
    assert shown(browser) == ["milk"]
    find.clear()
    find.send_keys("nothing like it")
    assert shown(browser) == []
    assert browser.find_element(By.ID, "count").text == f"0 of {len(ROWS) + 1} processes"
    find.clear()
    find.send_keys(" ")
    Select(browser.find_element(By.ID, "need")).select_by_value("not-proved")
    assert shown(browser) == ["rice"]
    Select(browser.find_element(By.ID, "need")).select_by_value("")
    Select(browser.find_element(By.ID, "owner")).select_by_value("zeta@example.com")
    assert shown(browser) == ["zeta"]


def test_without_scripts_every_row_is_there_and_no_form(
    plain_browser: Chrome, tmp_path: Path
) -> None:
    opened(plain_browser, tmp_path)

    assert len(shown(plain_browser)) == len(ROWS)
    assert not plain_browser.find_element(By.ID, "filter").is_displayed()
    plain_browser.find_element(By.CSS_SELECTOR, 'a[href="#not-proved"]').click()
    assert plain_browser.current_url.endswith("#not-proved")


def test_hostile_text_does_nothing(browser: Chrome, tmp_path: Path) -> None:
    rows = [
        a_row(f"p{at}", owner=text, revision=text, end=an_end("x", "FAILED", text, text))
        for at, text in enumerate(HOSTILE)
    ]
    opened(browser, tmp_path, *rows)

    assert errors(browser) == []
    assert len(shown(browser)) == len(ROWS) + len(HOSTILE)


def test_on_paper_no_row_is_cut(browser: Chrome, tmp_path: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    # A4, landscape, less its margins, at 96 pixels an inch.
    size = {"width": 1032, "height": 700, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    opened(browser, tmp_path, LONG)

    found, names = too_wide(browser), shown(browser)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert found == []
    assert len(names) == len(ROWS) + 1
