"""The report for people in a real browser: usable in every way that it promises, and harmless whatever was sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from conformance.report import html, json_report
from tests.support.browser import browser, show
from tests.support.hostile import BREAKOUT, LINK, SCRIPT
from tests.support.written import Files

_HARMED = "return [window.harmed, document.title, location.protocol]"


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def page(attacked: Files) -> Path:
    """The report of a run against the hostile server."""
    assert attacked.result.code == 1, attacked.result.output
    return attacked.folder / "report.html"


@pytest.fixture
def shown(driver: WebDriver, page: Path) -> WebDriver:
    console(driver)
    show(driver, page)
    return driver


def console(driver: WebDriver) -> list[dict[str, str]]:
    """Return what the browser has to say since the last time."""
    entries: list[dict[str, str]] = driver.get_log("browser")  # type: ignore[no-untyped-call]
    return entries


def visible_rows(driver: WebDriver) -> list[str]:
    rows: list[str] = driver.execute_script(
        "const rows = Array.from(document.querySelectorAll('details.requirement'));"
        "return rows.filter((each) => each.checkVisibility()).map((each) => each.id);"
    )
    return rows


def test_what_the_server_sent_does_nothing(shown: WebDriver) -> None:
    shown.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true; });")
    harmed, title, protocol = shown.execute_script(_HARMED)
    assert (harmed, protocol) == (None, "file:")
    assert title.startswith("does not conform")
    assert len(shown.find_elements(By.TAG_NAME, "script")) == 1
    assert len(shown.find_elements(By.TAG_NAME, "style")) == 1
    foreign = "img, iframe, object, embed, link, base, textarea, video, audio, form:not(#filters), [style], [onload]"
    assert shown.find_elements(By.CSS_SELECTOR, foreign) == []
    links = shown.execute_script("return Array.from(document.querySelectorAll('a'), (a) => a.getAttribute('href'))")
    assert {link.split("/")[0].partition("#")[0] for link in links} == {"https:", ""}
    assert shown.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert console(shown) == []


def test_what_the_server_sent_is_there_to_be_read(shown: WebDriver) -> None:
    text = shown.execute_script("return document.body.textContent")
    for sent in (SCRIPT, BREAKOUT, LINK):
        assert sent in text
    assert "\\x1b[31mred" in text
    assert "\\u202e" in text
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(text)
    assert "A" * 20_000 not in text, "huge values are cut"
    assert shown.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


def test_the_policy_lets_nothing_else_run(shown: WebDriver) -> None:
    shown.execute_script(
        """
        const script = document.createElement("script");
        script.textContent = "window.harmed = 5";
        const image = document.createElement("img");
        image.setAttribute("onerror", "window.harmed = 6");
        image.src = "data:,";
        document.body.append(script, image);
        """
    )
    assert shown.execute_script("return window.harmed") is None
    assert "Content Security Policy" in str(console(shown))


def test_the_offending_part_is_marked(shown: WebDriver) -> None:
    marks = shown.execute_script("return Array.from(document.querySelectorAll('mark'), (each) => each.textContent)")
    assert any(mark.startswith("ETag: ") for mark in marks)
    assert any(mark == f'"{SCRIPT}"' for mark in marks), "the type, as a value in the body"


def test_a_finding_shows_everything(shown: WebDriver) -> None:
    row = shown.find_element(By.CSS_SELECTOR, "details[data-outcome=failed]")
    assert row.get_attribute("open")
    labels = [each.text for each in row.find_element(By.CLASS_NAME, "finding").find_elements(By.TAG_NAME, "dt")]
    assert {"expected", "observed", "curl", "request", "answer", "repeat", "check"} <= set(labels)
    linked = shown.find_element(By.CSS_SELECTOR, "#ITEM-002 .inside a")
    assert str(linked.get_attribute("href")).startswith("https://jsonapi.org/")
    documented = shown.find_element(By.CSS_SELECTOR, "#ITEM-008 .inside p")
    assert "(docs/contract.md#id)" in str(documented.get_attribute("textContent"))
    assert not documented.find_elements(By.TAG_NAME, "a")
    assert "$INVOICES_AUTH_TOKEN" in row.text


def test_filters_and_search_narrow_the_list(shown: WebDriver) -> None:
    everything = visible_rows(shown)
    search = shown.find_element(By.ID, "search")
    search.send_keys("etag quot")
    found = visible_rows(shown)
    assert 0 < len(found) < len(everything)
    assert shown.find_element(By.ID, "shown").text == f"{len(found)} of {len(everything)} shown"
    # A form has its first values again only after the event that says so.
    until = WebDriverWait(shown, 10).until
    search.send_keys(Keys.ESCAPE)
    until(lambda page: visible_rows(page) == everything)
    shown.find_element(By.CSS_SELECTOR, "input[value=failed]").click()
    hidden = set(everything) - set(visible_rows(shown))
    assert hidden == {
        each.get_attribute("id") for each in shown.find_elements(By.CSS_SELECTOR, "[data-outcome=failed]")
    }
    shown.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    until(lambda page: visible_rows(page) == everything)
    for name, value in (("area", "ETAG"), ("level", "MUST")):
        shown.execute_script(
            "const box = document.getElementById(arguments[0]); box.value = arguments[1];"
            "box.dispatchEvent(new Event('input', {bubbles: true}));",
            name,
            value,
        )
    assert all(name.startswith("ETAG-") for name in visible_rows(shown))
    assert visible_rows(shown)


def test_the_keyboard_is_enough(shown: WebDriver) -> None:
    body = shown.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert shown.switch_to.active_element.text == "Skip to the results"
    body.send_keys("/")
    assert shown.switch_to.active_element.get_attribute("id") == "search"
    shown.switch_to.active_element.send_keys("ITEM-001")
    summary = shown.find_element(By.CSS_SELECTOR, "#ITEM-001 summary")
    row = shown.find_element(By.ID, "ITEM-001")
    shown.execute_script("arguments[0].focus()", summary)
    was = row.get_attribute("open")
    summary.send_keys(Keys.ENTER)
    assert row.get_attribute("open") != was


def test_an_address_opens_its_requirement(driver: WebDriver, page: Path) -> None:
    driver.get(f"{page.as_uri()}#ITEM-001")
    assert driver.find_element(By.ID, "ITEM-001").get_attribute("open")
    driver.get(f"{page.as_uri()}#%3Cimg%20src=x%20onerror=harmed=7%3E")
    assert driver.execute_script("return window.harmed") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_schemes_can_be_read(driver: WebDriver, page: Path, scheme: str) -> None:
    show(driver, page, prefers_color_scheme=scheme)
    low = driver.execute_script(
        """
        const parse = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
        const light = (rgb) => {
          const [r, g, b] = rgb.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (node) => {
          for (; node; node = node.parentElement) {
            const colour = getComputedStyle(node).backgroundColor;
            if (!/, 0\\)$/.test(colour)) return parse(colour);
          }
          return [255, 255, 255];
        };
        const low = [];
        for (const node of document.querySelectorAll("h1, h2, h3, p, dt, dd, code, summary, a, .word, .soft, mark")) {
          if (!node.textContent.trim() || !node.checkVisibility()) continue;
          const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
          if ((a + 0.05) / (b + 0.05) < 4.5) low.push(`${node.className} ${node.textContent.slice(0, 30)}`);
        }
        return [...new Set(low)].slice(0, 10);
        """
    )
    assert low == [], "text and ground differ too little (WCAG 2.2, 1.4.3)"
    dark = driver.execute_script("return getComputedStyle(document.body).backgroundColor") != "rgb(246, 247, 249)"
    assert dark is (scheme == "dark")


def test_it_is_printed_without_controls_and_with_all_findings(driver: WebDriver, page: Path) -> None:
    show(driver, page, medium="print")
    assert not driver.find_element(By.ID, "filters").is_displayed()
    driver.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = false; });")
    assert driver.execute_script(
        "const inside = Array.from(document.querySelectorAll('details.weighty .inside'));"
        "return inside.length > 10 && inside.every((each) => each.checkVisibility());"
    )


def test_ten_thousand_exchanges_are_not_a_burden(driver: WebDriver, page: Path, tmp_path: Path) -> None:
    report = json_report.load(str(page.with_name("report.json")))
    once = report["exchanges"]
    report["exchanges"] = [
        {**each, "id": f"{number}-{each['id']}", "answer": each["answer"] and {**each["answer"], "body": None}}
        for number in range(10_000 // len(once) + 1)
        for each in once
    ][:10_000]
    large = tmp_path / "large.html"
    large.write_text(html.text(report))
    assert large.stat().st_size < 8_000_000
    show(driver, large)
    driver.find_element(By.ID, "search").send_keys("ETAG-001")
    assert "ETAG-001" in visible_rows(driver)
    assert driver.find_element(By.CSS_SELECTOR, "details.plain > summary").text == "10000 exchanges"


@pytest.mark.parametrize("width", [400, 320])
def test_it_fits_into_a_telephone(driver: WebDriver, page: Path, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        show(driver, page)
        driver.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true; });")
        assert driver.execute_script("return document.documentElement.scrollWidth") == width
    finally:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_is_whole_without_scripts(driver: WebDriver, page: Path) -> None:
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(driver, page)
        assert driver.find_element(By.TAG_NAME, "h1").text.startswith("does not conform")
        assert not driver.find_element(By.ID, "filters").is_displayed()
        assert driver.find_element(By.CSS_SELECTOR, "details[data-outcome=failed] .observed").text
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_picture_shows_sources_areas_and_time(shown: WebDriver) -> None:
    assert len(shown.find_elements(By.CSS_SELECTOR, "td.bar rect")) > 3
    assert shown.find_elements(By.CSS_SELECTOR, ".areas rect.failed")
    bars = len(shown.find_elements(By.CSS_SELECTOR, "svg.time rect"))
    assert bars == len(shown.find_elements(By.CSS_SELECTOR, ".log tbody tr")) > 10
