package io.widecast.api.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import io.widecast.model.Bytes;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.WidecastException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void stringsAreEscapedAsJsonAsks() {
    var text = new StringBuilder("\"\\/ \u007f é 東 \uD83D\uDE00");
    for (char c = 0; c < ' '; c++) {
      text.append(c);
    }

    var json = new JsonBytes(1).beginObject().name("s").string(text.toString()).endObject();

    assertThat(new JsonObject(json.toString()).getString("s")).isEqualTo(text.toString());
    assertThat(json.toString()).doesNotContain("\n").contains("\\u0000", "\\u001f", "\\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {'[', '1'})
  void whatIsTooMuchToReadIsRefusedByOurLimits(int character) {
    String value = String.valueOf((char) character).repeat(20_000);
    byte[] json = ("{\"pairs\":[{\"key\":\"k\",\"value\":" + value).getBytes(UTF_8);

    assertThatThrownBy(() -> PublishJson.content(json))
        .isInstanceOf(WidecastException.class)
        .hasMessageContaining("1000")
        .hasMessageNotContaining("Stream");
  }

  @Test
  void commasComeByThemselves() {
    var json = new JsonBytes(1).beginObject().name("a").number(-1).name("b").beginArray();
    json.bool(true).nothing().string("x").beginObject().endObject().number(Long.MAX_VALUE);
    json.endArray().name("c").base64(Bytes.utf8("hi")).endObject();

    assertThat(json)
        .hasToString("{\"a\":-1,\"b\":[true,null,\"x\",{},9223372036854775807],\"c\":\"aGk=\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "-0.5e3",
        "\"x\"",
        "null",
        " [1, 2] ",
        "{\"a\":{}}",
        "\"\\ud800\"",
        "{\"a\":1,\"a\":2}"
      })
  void soundTextsAreSound(String text) {
    assertThat(JsonText.isValid(text.getBytes(UTF_8))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "01",
        "1 2",
        "{",
        "{\"a\":}",
        "[1,]",
        "NaN",
        "'a'",
        "\"\n\"",
        "\uFEFF1",
        "// 1",
        "\u0000\"",
        "tru",
        "{} x",
        "\"\\x\""
      })
  void othersAreNot(String text) {
    assertThat(JsonText.isValid(text.getBytes(UTF_8))).isFalse();
    assertThat(JsonText.isValid("\"ä\"".getBytes(StandardCharsets.ISO_8859_1))).isFalse();
    assertThat(JsonText.isValid("[1]".getBytes(StandardCharsets.UTF_16LE))).isFalse();
  }

  @Test
  void aValueIsKeptAsTheClientWroteItButForWhiteSpace() {
    byte[] line =
        "xx{ \"key\" : \"k\", \"value\" : {\"a\": [1.50, 1e5 ],\n \"b c\\\"\" : \"\\u00e4 \" } }yy"
            .getBytes(UTF_8);

    var put = (Draft.Put) PublishJson.pair(line, 2, line.length - 2);

    assertThat(put.value())
        .isEqualTo(
            new Value(Bytes.utf8("{\"a\":[1.50,1e5],\"b c\\\"\":\"\\u00e4 \"}"), Value.JSON));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"key\":\"k\",\"value\":\"t\\u00e4\"}|tä|text/plain",
        "{\"value\":12345678901234567890.5,\"key\":\"k\"}|12345678901234567890.5|application/json",
        "{\"key\":\"k\",\"value\":true}|true|application/json",
        "{\"key\":\"k\",\"value\":[]}|[]|application/json",
        "{\"key\":\"k\",\"value\":\"\",\"contentType\":\"a/b\"}|''|a/b",
        "{\"key\":\"k\",\"valueBase64\":\"aGk\"}|hi|application/octet-stream",
        "{\"key\":\"k\",\"delete\":false,\"value\":1}|1|application/json",
      })
  void valuesHaveTheTypeTheirFormImplies(String json, String bytes, String contentType) {
    var put = (Draft.Put) pair(json);

    assertThat(put.value()).isEqualTo(new Value(Bytes.utf8(bytes), contentType));
  }

  @Test
  void timesToLiveAreDurationsOrSeconds() {
    assertThat(ttl("\"250ms\"")).isEqualTo(250);
    assertThat(ttl("\"2h\"")).isEqualTo(7_200_000);
    assertThat(ttl("3")).isEqualTo(3_000);
    for (String bad : List.of("\"3\"", "0", "-1", "1.5", "null", "\"9999999999999d\"", "\"s\"")) {
      assertThatThrownBy(() -> ttl(bad))
          .isInstanceOf(WidecastException.class)
          .hasMessageContaining("ttl");
    }
  }

  private static long ttl(String ttl) {
    return ((Draft.Put) pair("{\"key\":\"k\",\"value\":1,\"ttl\":" + ttl + "}")).ttlMillis();
  }

  @Test
  void conditionsNameARevisionATokenOrAbsence() {
    var content =
        PublishJson.content(
            ("{\"compare\":[{\"key\":\"a\",\"revision\":0},{\"key\":\"b\",\"revision\":7},"
                    + "{\"key\":\"c\",\"revision\":\"2.7\"},{\"key\":\"d\",\"epoch\":2,\"revision\":7},"
                    + "{\"key\":\"e\",\"revision\":\"7\"}],\"pairs\":[]}")
                .getBytes(UTF_8));

    assertThat(content.compares())
        .containsExactly(
            new Compare.Absent(Key.of("a")),
            new Compare.AtRevision(Key.of("b"), 7),
            new Compare.AtToken(Key.of("c"), new Token(2, 7)),
            new Compare.AtToken(Key.of("d"), new Token(2, 7)),
            new Compare.AtRevision(Key.of("e"), 7));
  }

  @Test
  void deepNestingIsRefusedAndNotFollowed() {
    String deep = "{\"key\":\"k\",\"value\":" + "[".repeat(100_000) + "}";

    assertThatThrownBy(() -> pair(deep))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_JSON));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{", "{\"key\":[", "{\"key\":\"a\"", "{\"key\":[}", "{\"key\":\"a", "[1}", "nul"})
  void aMessageTellsOfTheTextAndNotOfTheParser(String json) {
    assertThatThrownBy(() -> pair(json))
        .isInstanceOf(WidecastException.class)
        .hasMessageNotContainingAny("Source", "StreamReadFeature", "REDACTED");
  }

  @Test
  void whatCannotBeTakenStillHasItsId() {
    assertThat(StreamJson.idOf("{\"op\":[{}],\"id\":7,\"x\":".getBytes(UTF_8))).hasValue(7);
    assertThat(StreamJson.idOf("{\"op\":1}".getBytes(UTF_8))).isEmpty();
    assertThat(StreamJson.idOf("nonsense".getBytes(UTF_8))).isEmpty();
  }

  private static Draft pair(String json) {
    byte[] bytes = json.getBytes(UTF_8);
    return PublishJson.pair(bytes, 0, bytes.length);
  }
}
