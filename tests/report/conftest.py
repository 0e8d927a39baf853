"""A browser, if the machine has one; and a word in the last lines when it has none."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DRIVER = "chromedriver"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # in containers there is no user namespace; the pages are our own files
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-prefers-reduced-motion",  # else the page glides while a test clicks
)


def installed() -> tuple[str, str] | None:
    """The browser and its driver, or None when either is missing."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which(DRIVER)
    return (browser, driver) if browser and driver else None


def started(*arguments: str, script: bool = True) -> webdriver.Chrome:
    """A browser without a profile, with or without JavaScript."""
    found = installed()
    assert found
    options = webdriver.ChromeOptions()
    options.binary_location = found[0]
    for one in (*ARGUMENTS, *arguments):
        options.add_argument(one)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if not script:
        preference = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", preference)
    return webdriver.Chrome(options=options, service=Service(found[1]))


@pytest.fixture(scope="session")
def _browser() -> Iterator[webdriver.Chrome]:
    if not installed():
        pytest.skip("no Chromium or Chrome with its driver")
    try:
        browser = started("--window-size=1280,900")
    except WebDriverException as error:
        pytest.skip(f"the browser does not start: {error.msg}")
    yield browser
    browser.quit()


@pytest.fixture
def browser(_browser: webdriver.Chrome) -> webdriver.Chrome:
    """The one browser of the session, its logs emptied."""
    _browser.get("about:blank")
    _browser.get_log("browser")  # type: ignore[no-untyped-call]
    _browser.get_log("performance")  # type: ignore[no-untyped-call]
    return _browser


@pytest.fixture
def plain_browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A browser with JavaScript off."""
    if not installed():
        pytest.skip("no Chromium or Chrome with its driver")
    browser = started(f"--user-data-dir={tmp_path / 'profile'}", script=False)
    yield browser
    browser.quit()
