package io.widecast.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads a configuration: the file, overlaid by the environment, overlaid by {@code --set}. All
 * problems of all three are collected before any is reported.
 */
public final class ConfigReader {

  private static final Map<String, ConfigKey<?>> KEYS = ConfigKeys.byPath();

  /** A configuration is written by hand: more than this is another file. */
  private static final long FILE_BYTES_MAX = 1 << 20;

  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Map<String, Setting> settings = new TreeMap<>();

  private ConfigReader() {}

  /**
   * The configuration in {@code file}.
   *
   * @param sets {@code a.b=c} each, later ones win; elements of lists have commas between them
   * @param environment variables such as {@code WIDECAST_HTTP_PORT} count, all others are ignored
   * @throws ConfigException with everything that is wrong, also when the file cannot be read
   */
  public static LoadedConfig read(Path file, List<String> sets, Map<String, String> environment) {
    return parse(file.toString(), readText(file), sets, environment);
  }

  /** As {@link #read}, for a text that is called {@code name} in problems. */
  public static LoadedConfig parse(
      String name, String yaml, List<String> sets, Map<String, String> environment) {
    return new ConfigReader().load(name, yaml, sets, environment);
  }

  private static String readText(Path file) {
    String problem;
    try {
      if (Files.isDirectory(file)) {
        problem = "is a directory; name the file";
      } else if (Files.size(file) > FILE_BYTES_MAX) {
        problem = "is larger than " + FILE_BYTES_MAX + " bytes";
      } else {
        return Files.readString(file);
      }
    } catch (NoSuchFileException e) {
      problem = "does not exist";
    } catch (CharacterCodingException e) {
      problem = "is not UTF-8";
    } catch (IOException e) {
      problem = "cannot be read: " + e.getMessage();
    }
    throw new ConfigException(List.of(new ConfigProblem(file.toString(), "", problem)));
  }

  private LoadedConfig load(
      String name, String yaml, List<String> sets, Map<String, String> environment) {
    settings.putAll(ConfigFile.settings(name, yaml, problems));
    overlayEnvironment(environment);
    sets.forEach(this::overlaySet);
    var values = new Values(name, settings, problems);
    Combinations.check(values, problems);
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    NodeConfig config = assemble(values);
    warnings.addAll(Combinations.warnings(config));
    return new LoadedConfig(config, warnings);
  }

  /**
   * Only a variable that begins like a section of ours can be a mistake: others are the client's,
   * or an orchestrator's, such as WIDECAST_SERVICE_HOST.
   */
  private void overlayEnvironment(Map<String, String> environment) {
    new TreeMap<>(environment)
        .forEach(
            (variable, text) -> {
              if (!variable.startsWith(ConfigKeys.ENVIRONMENT_PREFIX)) {
                return;
              }
              for (ConfigKey<?> key : ConfigKeys.all()) {
                if (key.environmentName().equals(variable)) {
                  String place = "environment " + variable;
                  settings.put(key.path(), Setting.fromText(place, text, key));
                  return;
                }
              }
              if (beginsLikeASection(variable)) {
                problems.add(
                    new ConfigProblem(
                        "environment " + variable,
                        "",
                        "sets no key that there is; unset it or correct its name"));
              }
            });
  }

  private static boolean beginsLikeASection(String variable) {
    return ConfigKeys.all().stream()
        .map(ConfigKey::environmentName)
        .anyMatch(name -> variable.startsWith(name.substring(0, name.lastIndexOf('_') + 1)));
  }

  private void overlaySet(String set) {
    int equals = set.indexOf('=');
    if (equals < 1) {
      problems.add(new ConfigProblem("--set " + set, "", "is not key=value"));
      return;
    }
    String path = set.substring(0, equals).strip();
    ConfigKey<?> key = KEYS.get(path);
    if (key == null) {
      problems.add(new ConfigProblem("--set", path, unknownKey(path)));
    } else {
      settings.put(path, Setting.fromText("--set", set.substring(equals + 1).strip(), key));
    }
  }

  /** What is said of a name that no key has: the names it could have been. */
  static String unknownKey(String path) {
    String section = path.contains(".") ? path.substring(0, path.indexOf('.')) : path;
    String names =
        KEYS.values().stream()
            .filter(key -> key.section().equals(section))
            .map(ConfigKey::path)
            .collect(Collectors.joining(", "));
    return "unknown key" + (names.isEmpty() ? "" : "; there are " + names);
  }

  private static NodeConfig assemble(Values values) {
    var id = values.get(ConfigKeys.NODE_ID);
    return new NodeConfig(
        new NodeSection(
            id,
            values.get(ConfigKeys.NODE_SITE),
            values.get(ConfigKeys.NODE_DATA).orElse(Path.of("data", id.text()))),
        new HttpSection(
            values.get(ConfigKeys.HTTP_HOST),
            values.get(ConfigKeys.HTTP_PORT),
            values.get(ConfigKeys.HTTP_API_KEY_FILE)),
        site(values),
        new MulticastSection(
            values.get(ConfigKeys.MULTICAST_GROUP),
            values.get(ConfigKeys.MULTICAST_PORT),
            values.get(ConfigKeys.MULTICAST_INTERFACE),
            values.get(ConfigKeys.MULTICAST_FALLBACK),
            values.get(ConfigKeys.MULTICAST_UNICAST_PORT),
            values.get(ConfigKeys.MULTICAST_PEERS),
            values.get(ConfigKeys.MULTICAST_DATAGRAM)),
        new WanSection(
            values.get(ConfigKeys.WAN_LISTEN),
            values.get(ConfigKeys.WAN_HOME),
            values.get(ConfigKeys.WAN_FILTER)),
        new RetransmitSection(
            values.get(ConfigKeys.RETRANSMIT_BUFFER),
            values.get(ConfigKeys.RETRANSMIT_MEMBER_SHARE),
            values.get(ConfigKeys.RETRANSMIT_STALE_AFTER)),
        new StoreSection(
            values.get(ConfigKeys.STORE_FSYNC),
            values.get(ConfigKeys.STORE_FORMAT),
            values.get(ConfigKeys.STORE_HISTORY),
            values.get(ConfigKeys.STORE_CHECKPOINT),
            values.get(ConfigKeys.STORE_SNAPSHOT_EVERY),
            values.get(ConfigKeys.STORE_SNAPSHOTS_KEPT)),
        new FaultsSection(
            values.get(ConfigKeys.FAULTS_SEED),
            values.get(ConfigKeys.FAULTS_LOSS),
            values.get(ConfigKeys.FAULTS_DUPLICATE),
            values.get(ConfigKeys.FAULTS_REORDER),
            values.get(ConfigKeys.FAULTS_DELAY),
            values.get(ConfigKeys.FAULTS_CUT)),
        new ClusterSection(values.get(ConfigKeys.CLUSTER_NAME)));
  }

  static SiteSection site(Values values) {
    return new SiteSection(
        values.get(ConfigKeys.SITE_MEMBERS),
        values.get(ConfigKeys.SITE_ELECTORATE),
        values.get(ConfigKeys.SITE_ADDRESS));
  }
}
