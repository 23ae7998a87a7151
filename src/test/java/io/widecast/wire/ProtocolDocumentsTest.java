package io.widecast.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.wire.WireExamples.Example;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What documents say that code knows better: types of frames, examples, links. */
class ProtocolDocumentsTest {

  private static final Path DOCS = Path.of("docs");
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  @Test
  void theTableOfDatagramsHasEveryTypeUnderItsNumber() throws Exception {
    String text = Files.readString(DOCS.resolve("protocols/lan.md"));

    WireExamples.lanFrames()
        .forEach(
            example -> {
              byte[] datagram = WireExamples.LAN.encode(WireExamples.packet(example.value()));
              String name = example.name().replace("-resent", "");
              assertThat(text).contains("\n| " + datagram[3] + " | `" + name + "` |");
            });
  }

  @Test
  void theTableOfStreamFramesHasEveryTypeUnderItsNumber() throws Exception {
    String text = Files.readString(DOCS.resolve("protocols/wan.md"));

    for (StreamCodec.Type type : StreamCodec.Type.values()) {
      String name = type.name().toLowerCase(Locale.ROOT).replace('_', '-');
      assertThat(text).contains("\n| " + (type.ordinal() + 1) + " | `" + name + "` |");
    }
  }

  static Stream<Arguments> examples() {
    return Stream.of(
        Arguments.of("entry/v1", WireExamples.entries()),
        Arguments.of("lan/v1", WireExamples.lanFrames()),
        Arguments.of("stream/v1", WireExamples.streamFrames()));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyGoldenFileIsAnExample(String directory, Stream<Example<?>> examples) throws Exception {
    try (Stream<Path> files = Files.list(GOLDEN.resolve(directory))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              examples.map(example -> example.name() + ".hex").toList());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"architecture.md", "protocols", "decisions", "reference"})
  void linksLeadToFilesThatExist(String place) throws Exception {
    try (Stream<Path> files = Files.walk(DOCS.resolve(place))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".md")).toList()) {
        LINK.matcher(Files.readString(file))
            .results()
            .map(result -> result.group(1))
            .filter(target -> !target.endsWith("README.md")) // stands outside docs
            .forEach(target -> assertThat(file.resolveSibling(target)).as("in %s", file).exists());
      }
    }
  }

  @Test
  void decisionsAreNumberedWithoutAHole() throws Exception {
    try (Stream<Path> files = Files.list(DOCS.resolve("decisions"))) {
      List<String> numbers =
          files.map(file -> file.getFileName().toString().substring(0, 4)).sorted().toList();

      assertThat(numbers)
          .isEqualTo(
              IntStream.rangeClosed(1, numbers.size())
                  .mapToObj(number -> String.format("%04d", number))
                  .toList());
    }
  }
}
