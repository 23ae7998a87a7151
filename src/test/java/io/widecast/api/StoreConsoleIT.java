package io.widecast.api;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import io.widecast.store.VerifyReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The console's snapshots, history and store, in a real browser before a fake store. Leaves
 * pictures in {@code target/screenshots}.
 */
class StoreConsoleIT {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private static Playwright playwright;
  private static Browser browser;

  private final List<String> complaints = new ArrayList<>(); // of the page's console
  private ApiFixture node;

  @BeforeAll
  static void start() {
    assumeTrue(Files.isExecutable(CHROMIUM), "skipped: there is no Chromium at " + CHROMIUM);
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")));
  }

  @AfterAll
  static void end() {
    if (playwright != null) {
      playwright.close();
    }
  }

  @BeforeEach
  void fill() {
    node = new ApiFixture();
    for (int i = 0; i < 30; i++) {
      node.put("city/FR/" + i, "{\"population\": " + i + "}", "Content-Type", "application/json");
    }
    node.put("city/FR/1", "{\"population\": 7, \"note\": \"<b>x</b>\"}");
    take("before-import");
    node.put("city/FR/1", "plain text", "Content-Type", "text/plain");
    node.send("DELETE", "/v1/kv/city/FR/2", "");
    node.put("city/JP/Tokyo", "{\"population\": 37}");
    take("after-import");
    take("old.1");
    node.send("DELETE", "/v1/snapshots/old.1", "");
  }

  @AfterEach
  void close() {
    node.close();
  }

  private void take(String name) {
    var taken =
        node.send(
            "POST",
            "/v1/snapshots",
            "{\"name\":\"" + name + "\"}",
            "Content-Type",
            "application/json");
    assertThat(taken.statusCode()).isEqualTo(201);
  }

  private Page open(BrowserContext context) {
    Page page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text());
          }
        });
    page.onPageError(complaints::add);
    page.navigate(node.uri("/").toString());
    assertThat(page.locator("#connection[data-state=connected]")).isVisible();
    assertThat(page.locator("tr[data-snapshot=before-import]")).isVisible();
    return page;
  }

  private static BrowserContext context(int width, int height, ColorScheme scheme) {
    return browser.newContext(
        new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
  }

  @Test
  void takesComparesAndDeletesSnapshots() {
    try (BrowserContext context = context(1440, 900, ColorScheme.LIGHT)) {
      Page page = open(context);
      assertThat(page.locator("tr[data-snapshot='old.1']")).containsText("deleting, 6 %");

      page.fill("#snapshot-name", "fresh");
      page.click("#snapshot-take");
      assertThat(page.locator("tr[data-snapshot=fresh]")).isVisible();
      assertThat(page.locator("#snapshots-note")).containsText("Took fresh at revision");

      page.selectOption("#diff-from", "before-import");
      page.selectOption("#diff-to", "after-import");
      page.click("[data-testid=diff-submit]");
      assertThat(page.locator("#diff-status")).hasText("3 keys differ.");
      assertThat(page.locator("#diff-list button[data-key='city/FR/1']")).containsText("changed");
      assertThat(page.locator("#diff-list button[data-key='city/FR/2']")).containsText("removed");
      assertThat(page.locator("#diff-list button[data-key='city/JP/Tokyo']")).containsText("added");

      page.click("tr[data-snapshot=fresh] button");
      page.click("#snapshot-delete-confirm");
      assertThat(page.locator("tr[data-snapshot=fresh]")).containsText("deleting");
      node.replication.change(node.replication.store()::finishDeletions).await();
      assertThat(page.locator("tr[data-snapshot=fresh]")).hasCount(0);

      var download = page.waitForDownload(() -> page.click("tr[data-snapshot=before-import] a"));
      assertThat(download.suggestedFilename()).isEqualTo("before-import.wcsnap");
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void unfoldsTheVersionsOfAKey() {
    try (BrowserContext context = context(1440, 900, ColorScheme.LIGHT)) {
      Page page = open(context);
      page.click("#keys-list button[data-key='city/FR/1']");
      assertThat(page.locator("#key-value")).containsText("plain text");

      page.click("#key-history");

      assertThat(page.locator("#history-list li[data-revision]")).hasCount(3);
      assertThat(page.locator("#key-value")).isHidden();
      page.click("#history-list li[data-revision='31'] summary");
      assertThat(page.locator("#history-list li[data-revision='31'] pre")).containsText("<b>x</b>");
      page.click("#key-history");
      assertThat(page.locator("#key-value")).isVisible();
      assertThat(page.locator("#history-list")).isHidden();
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void showsTheStoreAndItsAlarm() {
    try (BrowserContext context = context(1440, 900, ColorScheme.LIGHT)) {
      Page page = open(context);
      assertThat(page.locator("#store-facts")).containsText("12, 48 MiB");
      assertThat(page.locator("#store-facts")).containsText("75 %");
      assertThat(page.locator("#store-facts")).containsText("old.1, 6 %");
      page.click("#store-verify");
      assertThat(page.locator("#store-note")).containsText("Sound: everything was checked");

      node.replication.change(this::alarm).await();
      page.click("#store-verify");
      assertThat(page.locator("#store-note")).containsText("dangling in snapshot old.1");
    }
    assertThat(complaints).isEmpty();
  }

  private void alarm() {
    node.replication
        .store()
        .alarm(new VerifyReport.Alarm("dangling", "snapshot old.1", "page 7 is gone"));
  }

  @Test
  void looksRightOnADeskAndInAHandByDayAndByNight() {
    node.replication.change(this::alarm).await();
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      picture("desktop", 1440, 900, scheme);
      picture("phone", 390, 844, scheme);
      picture("tablet", 820, 1100, scheme);
    }
    assertThat(complaints).isEmpty();
  }

  private void picture(String name, int width, int height, ColorScheme scheme) {
    try (BrowserContext context = context(width, height, scheme)) {
      Page page = open(context);
      assertThat(page.locator("#store-note")).containsText("Alarm: page 7 is gone");
      page.selectOption("#diff-from", "before-import");
      page.click("[data-testid=diff-submit]");
      assertThat(page.locator("#diff-list button").first()).isVisible();
      page.click("#keys-list button[data-key='city/FR/1']");
      page.click("#key-history");
      page.click("#history-list li[data-revision='31'] summary");
      Object overflow =
          page.evaluate(
              "document.documentElement.scrollWidth - document.documentElement.clientWidth");
      assertThat(overflow).as("nothing sticks out sideways at " + width).isEqualTo(0);
      String file = "store-" + name + "-" + scheme.name().toLowerCase(Locale.ROOT) + ".png";
      page.screenshot(
          new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(file)).setFullPage(true));
    }
  }
}
