package io.widecast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Keeps the reference true; {@code -Dgolden.update} rewrites its table. */
class ConfigurationReferenceTest {

  private static final Path REFERENCE = Path.of("docs/reference/configuration.md");
  private static final String BEGIN = "<!-- table: written by ConfigurationReferenceTest -->\n";
  private static final String END = "<!-- end of table -->\n";

  /** Components whose name is not the key's: a reserved word, or a unit in the name. */
  private static final Map<String, String> NAMES =
      Map.of(
          "multicast.interfaceName", "multicast.interface",
          "multicast.datagramBytes", "multicast.datagram",
          "retransmit.bufferBytes", "retransmit.buffer",
          "store.checkpointBytes", "store.checkpoint");

  @Test
  void theTableListsEveryKeyWithItsTypeDefaultAndMeaning() throws Exception {
    String text = Files.readString(REFERENCE);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    if (System.getProperty("golden.update") != null) {
      text = text.substring(0, begin) + table() + text.substring(end);
      Files.writeString(REFERENCE, text);
      end = text.indexOf(END);
    }

    assertThat(text.substring(begin, end)).isEqualTo(table());
  }

  @Test
  void everyComponentOfTheRecordsHasItsKeyAndNoneIsLeftOver() {
    var components = new ArrayList<String>();
    for (RecordComponent section : NodeConfig.class.getRecordComponents()) {
      for (RecordComponent component : section.getType().getRecordComponents()) {
        String path = section.getName() + "." + component.getName();
        components.add(NAMES.getOrDefault(path, path));
      }
    }

    List<String> paths = ConfigKeys.all().stream().map(ConfigKey::path).toList();

    assertThat(paths).containsExactlyInAnyOrderElementsOf(components);
  }

  private static String table() {
    return "| key | default | allowed | meaning |\n| --- | --- | --- | --- |\n"
        + ConfigKeys.all().stream()
            .map(ConfigurationReferenceTest::row)
            .collect(Collectors.joining());
  }

  private static String row(ConfigKey<?> key) {
    String shown = key.isRequired() ? "required" : "none";
    String defaultCell = key.defaultShown().isEmpty() ? shown : "`" + key.defaultShown() + "`";
    return Arrays.asList("`" + key.path() + "`", defaultCell, key.type().allowed(), key.meaning())
        .stream()
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
