package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.WidecastException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/*|0",
        "application/x-ndjson|1",
        "application/x-ndjson, */*|1",
        "application/json, text/plain, */*|0",
        "application/*;q=0.5, application/x-ndjson;q=0.6|1",
        "application/x-ndjson;q=0, application/*|0",
        "text/html, */*;q=0.8|0",
        "APPLICATION/X-NDJSON|1",
        "''|0",
        "application/json;q=x|0",
      })
  void theClientsPreferenceDecides(String accept, int chosen) {
    assertThat(Accept.of(accept).choose("application/json", "application/x-ndjson"))
        .isEqualTo(chosen);
  }

  @Test
  void whatIsNotOfferedIsRefused() {
    assertThatThrownBy(() -> Accept.of("text/html, */*;q=0").choose("application/json"))
        .isInstanceOf(WidecastException.class)
        .hasMessageContaining("application/json");
  }
}
