package io.widecast.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import io.widecast.it.Processes.Node;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The console in a real browser, served by a real cluster that holds the cities. Leaves pictures in
 * {@code target/screenshots}.
 */
class ConsoleIT {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private static Processes processes;
  private static Node node;
  private static Playwright playwright;
  private static Browser browser;

  @BeforeAll
  static void start() {
    assumeTrue(Files.isExecutable(CHROMIUM), "skipped: there is no Chromium at " + CHROMIUM);
    processes = Processes.five(ConsoleIT.class).start();
    node = processes.master();
    await("the cities are published") // a busy machine may change masters meanwhile
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              var answer =
                  Http.send(
                      node,
                      "POST",
                      "/v1/publish?ack=edge",
                      BodyPublishers.ofString(Cities.read().lines()),
                      "Content-Type",
                      "application/x-ndjson",
                      "Idempotency-Key",
                      "cities");
              assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            });
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    .setArgs(
                        List.of(
                            "--no-sandbox",
                            "--disable-dev-shm-usage",
                            "--disable-gpu",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--no-first-run")));
  }

  @AfterAll
  static void end() {
    if (playwright != null) {
      playwright.close();
    }
    if (processes != null) {
      processes.close();
    }
  }

  private final List<String> complaints = new ArrayList<>(); // of the page's console

  private BrowserContext context(int width, int height, ColorScheme scheme) {
    return browser.newContext(
        new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
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
    page.onRequest(
        request -> {
          if (!request.url().startsWith(node.http())) {
            complaints.add("asks elsewhere: " + request.url());
          }
        });
    page.navigate(node.http() + "/");
    assertThat(page.locator("#connection[data-state=connected]")).isVisible();
    return page;
  }

  @Test
  void showsTheClusterFindsAKeyAndFollowsPublishesAndDeletes() {
    try (BrowserContext context = context(1440, 900, ColorScheme.LIGHT)) {
      Page page = open(context);

      for (Node member : processes.all()) {
        assertThat(page.locator("tr[data-node=" + member.id() + "]")).isVisible();
      }
      assertThat(page.locator("#cluster")).containsText("city/JP/**");
      assertThat(page.locator("tr[data-node=" + node.id() + "]")).containsText("master");

      page.fill("#keys-search", "city/FR/");
      assertThat(page.locator("#keys-list button[data-key^='city/FR/']").first()).isVisible();
      assertThat(page.locator("#keys-list button:not([data-key^='city/FR/'])")).hasCount(0);

      page.fill("#feed-pattern", "shop/**");
      page.press("#feed-pattern", "Enter");
      page.fill("#publish-key", "shop/tea");
      page.fill("#publish-value", "{\"price\": 3, \"note\": \"<b>not markup</b>\"}");
      page.click("#publish-submit");
      assertThat(page.locator("#publish-result")).containsText("shop/tea");
      assertThat(page.locator("#feed-list")).containsText("shop/tea");
      assertThat(Http.get(node, "/v1/kv/shop/tea").body()).contains("not markup");

      page.fill("#keys-search", "shop/");
      page.click("#keys-list button[data-key='shop/tea']");
      assertThat(page.locator("#key-value")).containsText("<b>not markup</b>");
      page.click("#key-delete");
      page.click("#delete-confirm");
      assertThat(page.locator("#keys-list button[data-key='shop/tea']")).hasCount(0);
      assertThat(page.locator("#feed-list")).containsText("delete");
      assertThat(Http.get(node, "/v1/kv/shop/tea").statusCode()).isEqualTo(404);
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void looksRightOnADeskAndInAHandByDayAndByNight() {
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      picture("desktop", 1440, 900, scheme);
      picture("phone", 390, 844, scheme);
    }
    assertThat(complaints).isEmpty();
  }

  private void picture(String name, int width, int height, ColorScheme scheme) {
    try (BrowserContext context = context(width, height, scheme)) {
      Page page = open(context);
      assertThat(page.locator("tr[data-node]")).hasCount(5);
      assertThat(page.locator("#keys-list button").first()).isVisible();
      for (int i = 0; i < 8; i++) {
        Http.put(
            node,
            "/v1/kv/price/tea-" + i + "/EUR",
            "{\"amount\":" + i + "}",
            "Content-Type",
            "application/json");
      }
      assertThat(page.locator("#feed-list")).containsText("price/tea-7/EUR");
      if (width > 1000) {
        page.locator("#keys-list button").first().click();
        assertThat(page.locator("#key-value")).containsText("population");
      }
      Object overflow =
          page.evaluate(
              "document.documentElement.scrollWidth - document.documentElement.clientWidth");
      assertThat(overflow).as("nothing sticks out sideways at " + width).isEqualTo(0);
      Path file =
          SCREENSHOTS.resolve(
              name + "-" + scheme.name().toLowerCase(java.util.Locale.ROOT) + ".png");
      page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(width < 1000));
    }
  }
}
