package io.widecast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

  @Test
  void readsHostPortAndScheme() {
    assertThat(Endpoint.parse("http://h:8080/")).isEqualTo(new Endpoint(false, "h", 8080));
    assertThat(Endpoint.parse("https://h")).isEqualTo(new Endpoint(true, "h", 443));
    assertThat(Endpoint.parse("http://[::1]:80")).isEqualTo(new Endpoint(false, "::1", 80));
    assertThat(Endpoint.parse("http://[::1]:80")).hasToString("http://[::1]:80");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "h:8080",
        "ftp://h",
        "http://",
        "http://h/v1",
        "http://u@h",
        "http://h?x",
        "% "
      })
  void saysWhatAnEndpointIs(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Endpoint.parse(text))
        .withMessageContaining("an endpoint is http://host:port");
  }
}
