"""The report as a reader meets it: by keyboard, without scripts, without a network, on paper."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.handler import document
from lambdas.document_policy.report.report import report
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.dossier.refinement import LeftOut, LeftOutKind
from lambdas.model.dossier.verdict import Verdict, VerdictKind
from lambdas.model.execution.platform import Platform
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from tests.unit.document_policy.explained import derived, seen, statement
from tests.unit.document_policy.forms import HOSTILE
from tests.unit.document_policy.samples import a_refinement, of_statements, run_facts, without
from tests.unit.document_policy.test_handler import an_event

pytestmark = pytest.mark.report
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FIRST_SIGHT = 400  # pixels from the top of the page
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def opened(browser: Chrome, folder: Path, facts: RunFacts | None = None) -> Path:
    path = folder / "report.html"
    path.write_text(report(facts or run_facts()), encoding="utf-8")
    browser.get(path.as_uri())
    return path


def errors(browser: Chrome) -> list[Any]:
    return list(browser.get_log("browser"))  # type: ignore[no-untyped-call]


def requests(browser: Chrome) -> list[str]:
    events = (
        json.loads(one["message"])["message"]
        for one in browser.get_log("performance")  # type: ignore[no-untyped-call]
    )
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]


def violations(browser: Chrome) -> list[str]:
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, arguments[0]).then((answer) => done(answer.violations));",
        RULES,
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def too_wide(browser: Chrome) -> list[str]:
    """What reaches beyond the page."""
    found = browser.execute_script(
        "const edge = document.documentElement.clientWidth + 1;"
        "if (document.documentElement.scrollWidth < edge) return [];"
        "return [...document.querySelectorAll('body *')]"
        ".filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > edge)"
        ".map((one) => one.outerHTML.slice(0, 120)).concat(['something'])"
    )
    return list(found)


def shown(browser: Chrome) -> list[str]:
    cards = browser.find_elements(By.CSS_SELECTOR, "article")
    return [one.find_element(By.TAG_NAME, "h4").text for one in cards if one.is_displayed()]


def a_story_of_failure() -> RunFacts:
    """The verdict's darkest form, with what is missing."""
    return run_facts(
        verdict=Verdict(
            kind=VerdictKind.NOT_PROVED,
            reason="Round 2 brought nothing new.",
            details=("sqs:PurgeQueue on arn:aws:sqs:eu-west-1:111122223333:orders-qa",),
        )
    )


def test_nothing_is_fetched_and_nothing_complains(browser: Chrome, tmp_path: Path) -> None:
    path = opened(browser, tmp_path)

    assert set(requests(browser)) <= {path.as_uri(), "data:,", "about:blank"}
    assert errors(browser) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_no_violation(browser: Chrome, tmp_path: Path, scheme: str, width: int) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    opened(browser, tmp_path, a_story_of_failure())
    browser.find_element(By.ID, "open").click()

    found = violations(browser)
    wide = browser.execute_script("return document.documentElement.scrollWidth")

    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert found == []
    assert wide <= width


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("width", [1280, 390])
def test_one_sees_at_once_that_a_run_was_emulated(
    browser: Chrome, tmp_path: Path, media: str, width: int
) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media})
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    facts = run_facts()
    opened(browser, tmp_path, replace(facts, run=replace(facts.run, platform=Platform.EMBEDDED)))

    badge = browser.find_element(By.CLASS_NAME, "caveat")
    shown, said, place = badge.is_displayed(), badge.text, badge.rect
    heading = browser.find_element(By.TAG_NAME, "h1").text
    wide = browser.execute_script("return document.documentElement.scrollWidth")

    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert heading == "Not attempted on an embedded AWS: the policy of orders"
    assert shown
    assert said.upper().startswith("EMULATED")
    assert place["y"] + place["height"] < FIRST_SIGHT
    assert wide <= width


def test_a_list_on_a_phone_keeps_the_place_beside_the_verdict(
    browser: Chrome, tmp_path: Path
) -> None:
    archive = FolderArchive(tmp_path)
    document(an_event(archive), archive, place="s3://archive/", platform=Platform.EMBEDDED)
    size = {"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get((tmp_path / "index.html").as_uri())

    verdict = browser.find_element(By.CSS_SELECTOR, "td .verdict").rect
    place = browser.find_element(By.CSS_SELECTOR, "td .place").rect

    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert place["x"] >= verdict["x"]
    assert place["y"] < verdict["y"] + 2 * verdict["height"]


def test_the_pages_that_list_runs_have_no_violation_either(browser: Chrome, tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    document(an_event(archive), archive, place="s3://archive/")

    for name in ("index.html", "orders/index.html"):
        browser.get((tmp_path / name).as_uri())
        assert violations(browser) == []
    browser.find_element(By.LINK_TEXT, "2026-11-23 12:00").click()
    assert browser.title == "Not attempted: the policy of orders"


def test_the_verdict_is_the_first_heading_and_the_findings_come_before_the_policy(
    browser: Chrome, tmp_path: Path
) -> None:
    opened(browser, tmp_path)

    headings = [one.text for one in browser.find_elements(By.CSS_SELECTOR, "h1, h2")]
    assert headings[0] == "Not attempted: the policy of orders"
    assert headings.index("Read this first") < headings.index("What changed")
    assert headings.index("What changed") < headings.index("The policy")


def test_the_filter_finds_statements_by_word_service_phase_and_ground(
    browser: Chrome, tmp_path: Path
) -> None:
    opened(browser, tmp_path)
    find = browser.find_element(By.ID, "find")
    count = browser.find_element(By.ID, "count")
    assert count.text == "23 of 23 statements"

    find.send_keys("passrole")
    assert shown(browser) == ["IamPassRoleToLambda"]
    assert count.text == "1 of 23 statements"

    find.send_keys(" nowhere")
    assert shown(browser) == []
    assert browser.find_element(By.ID, "none").is_displayed()

    find.clear()
    find.send_keys(" ")
    Select(browser.find_element(By.ID, "service")).select_by_value("sqs")
    assert len(shown(browser)) == 2
    Select(browser.find_element(By.ID, "ground")).select_by_value("derived")
    assert shown(browser) == ["SqsQueueTags"]


def test_the_keyboard_alone_reaches_everything(browser: Chrome, tmp_path: Path) -> None:
    opened(browser, tmp_path)
    wanted = browser.execute_script(
        "return [...document.querySelectorAll('a, button, input, select, summary')]"
        ".filter((one) => one.checkVisibility()).length"
    )

    reached = set()
    for _ in range(wanted + 2):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(browser.execute_script("return document.activeElement.outerHTML"))

    focusable = browser.execute_script(
        "return [...document.querySelectorAll('a, button, input, select, summary')]"
        ".filter((one) => one.checkVisibility()).map((one) => one.outerHTML)"
    )
    assert set(focusable) <= reached


def test_a_key_opens_the_grounds_of_a_statement(browser: Chrome, tmp_path: Path) -> None:
    opened(browser, tmp_path)
    summary = browser.find_element(By.CSS_SELECTOR, "article summary")

    summary.send_keys(Keys.ENTER)

    assert "through CloudFormation" in browser.find_element(By.CSS_SELECTOR, ".grants").text


def test_without_javascript_everything_is_there(plain_browser: Chrome, tmp_path: Path) -> None:
    opened(plain_browser, tmp_path)

    assert not plain_browser.find_element(By.ID, "filter").is_displayed()
    assert len(shown(plain_browser)) == 23
    plain_browser.find_element(By.CSS_SELECTOR, "article summary").click()
    assert plain_browser.find_element(By.CSS_SELECTOR, ".grants").is_displayed()


def test_on_paper_every_ground_is_printed(browser: Chrome, tmp_path: Path) -> None:
    opened(browser, tmp_path)

    printed = browser.execute_cdp_cmd("Page.printToPDF", {})

    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
    assert all(
        one.get_attribute("open")
        for one in browser.find_elements(By.CSS_SELECTOR, "article details")
    )


def test_hostile_text_neither_runs_nor_breaks_out(browser: Chrome, tmp_path: Path) -> None:
    texts = [*HOSTILE, "<svg onload=document.title='pwned'>", "'\"><h1>gotcha</h1>"]
    every = tuple(
        statement(
            f"S{index}", text, ["s3:GetObject"], ["*"],
            grounds=(seen(2, text=text), derived("rollback", text)), wildcards=[("*", text)],
        )
        for index, text in enumerate(texts)
    )  # fmt: skip
    hostile = of_statements(*every)
    findings = tuple(
        Finding(
            severity=Severity.ERROR,
            kind=FindingKind.STRANGE_RECORD,
            subject=text,
            detail=text,
            action=text,
        )
        for text in texts
    )
    left = tuple(
        LeftOut(action=text, resource=text, kind=LeftOutKind.ONLY_DENIED, reason=text)
        for text in texts
    )
    refinement = type(hostile)(
        policies=hostile.policies, findings=findings, left_out=left, variables=hostile.variables
    )
    path = opened(browser, tmp_path, run_facts(refinement))

    assert browser.title == "Not attempted: the policy of orders"
    assert len(browser.find_elements(By.TAG_NAME, "h1")) == 1
    assert len(browser.find_elements(By.TAG_NAME, "script")) == 1
    assert browser.find_elements(By.CSS_SELECTOR, "img, iframe, object, embed, svg[onload]") == []
    assert len(shown(browser)) == len(texts)
    assert set(requests(browser)) <= {path.as_uri(), "data:,", "about:blank"}
    assert errors(browser) == []
    assert violations(browser) == []
    assert too_wide(browser) == []


def test_two_thousand_grants_stay_usable(browser: Chrome, tmp_path: Path) -> None:
    many = of_statements(
        *(
            statement(
                f"S{index}", f"Send to the queues of team {index}.",
                ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:TagQueue"],
                [f"arn:aws:sqs:${{region}}:${{account}}:team-{index}-{n}-*" for n in range(10)],
            )
            for index in range(50)
        )
    )  # fmt: skip
    path = opened(browser, tmp_path, run_facts(many))

    assert path.stat().st_size < 2_000_000
    took = browser.execute_script(
        "const before = performance.now();"
        "document.getElementById('find').value = 'team 41';"
        "document.getElementById('filter').dispatchEvent(new Event('input'));"
        "document.body.getBoundingClientRect();"
        "return performance.now() - before"
    )
    assert len(shown(browser)) == 1
    assert took < 500


def test_the_report_tells_what_a_new_bucket_brought(browser: Chrome, tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    before = without(without(a_refinement(), "S3DeploymentBucket"), "S3DeploymentBucketDirect")
    document(an_event(archive, before, day=1), archive, place="s3://archive/")
    answer = document(an_event(archive, day=2), archive, place="s3://archive/")

    browser.get((tmp_path / answer["report"]).as_uri())

    told = browser.find_element(By.ID, "changes").text
    assert "9 new, 0 gone" in told
    assert "The template brought AWS::S3::Bucket." in told
    assert "s3:CreateBucket s3:DeleteBucket" in told
