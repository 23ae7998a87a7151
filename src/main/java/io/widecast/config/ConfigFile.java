package io.widecast.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Turns a YAML file of sections and keys into settings with their lines. Works on the tree of nodes
 * and not on loaded objects, so that each problem has its line and values keep their spelling.
 */
final class ConfigFile {

  private static final Map<String, ConfigKey<?>> KEYS = ConfigKeys.byPath();

  private final String name;
  private final List<ConfigProblem> problems;
  private final Map<String, Setting> settings = new TreeMap<>();

  private ConfigFile(String name, List<ConfigProblem> problems) {
    this.name = name;
    this.problems = problems;
  }

  /** The settings by full name; what is wrong goes to {@code problems}, in the file's order. */
  static Map<String, Setting> settings(String name, String yaml, List<ConfigProblem> problems) {
    var file = new ConfigFile(name, problems);
    file.readDocument(yaml);
    return file.settings;
  }

  private void readDocument(String yaml) {
    Node root;
    try {
      var options = new LoaderOptions(); // 3 MiB and 50 levels at most
      root = new Yaml(new SafeConstructor(options)).compose(new StringReader(yaml));
    } catch (MarkedYAMLException e) {
      String place = e.getProblemMark() == null ? name : place(e.getProblemMark().getLine());
      problems.add(new ConfigProblem(place, "", "not YAML: " + e.getProblem() + hint(e)));
      return;
    } catch (YAMLException e) {
      problems.add(new ConfigProblem(name, "", "not YAML: " + firstLine(e.getMessage())));
      return;
    }
    if (root instanceof MappingNode mapping) {
      forEach(mapping, "", this::readSection);
    } else if (root != null) { // an empty file says nothing, which is no mistake of its own
      problems.add(
          new ConfigProblem(
              place(root), "", "a configuration is a map of sections, such as 'node:'"));
    }
  }

  private static String hint(MarkedYAMLException e) {
    boolean alias = e.getContext() != null && e.getContext().contains("alias");
    return alias ? "; put a pattern that begins with * in quotes: \"**\"" : "";
  }

  private static String firstLine(String text) {
    return text == null ? "unreadable" : text.lines().findFirst().orElse("unreadable");
  }

  private interface Reader {
    void read(String path, Node key, Node value);
  }

  private void forEach(MappingNode mapping, String prefix, Reader reader) {
    var seen = new HashSet<String>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problem(tuple.getKeyNode(), prefix, "a key is a name, not a list or a map");
      } else if (!seen.add(key.getValue())) {
        problem(key, prefix + key.getValue(), "stands here a second time; keep one of them");
      } else {
        reader.read(prefix + key.getValue(), key, tuple.getValueNode());
      }
    }
  }

  private void readSection(String section, Node key, Node value) {
    if (KEYS.values().stream().noneMatch(known -> known.section().equals(section))) {
      problem(key, section, "unknown section; there are " + sections());
    } else if (value instanceof MappingNode mapping) {
      forEach(mapping, section + ".", this::readKey);
    } else if (!isEmpty(value)) {
      problem(value, section, "a section holds 'key: value' lines, this one " + describe(value));
    }
  }

  private void readKey(String path, Node key, Node value) {
    ConfigKey<?> known = KEYS.get(path);
    if (known == null) {
      problem(key, path, ConfigReader.unknownKey(path));
    } else if (isEmpty(value)) {
      problem(key, path, "has no value; give it one or remove the line");
    } else if (known.type().isList()) {
      readList(path, known, key, value);
    } else if (value instanceof ScalarNode scalar) {
      settings.put(path, new Setting(place(scalar), List.of(scalar.getValue())));
    } else {
      problem(value, path, describe(value) + " is not allowed; " + known.type().allowed());
    }
  }

  private void readList(String path, ConfigKey<?> known, Node key, Node value) {
    if (!(value instanceof SequenceNode sequence)) {
      problem(value, path, describe(value) + " is not allowed; " + known.type().allowed());
      return;
    }
    var texts = new ArrayList<String>();
    for (Node element : sequence.getValue()) {
      if (element instanceof ScalarNode scalar && !isEmpty(scalar)) {
        texts.add(scalar.getValue());
      } else {
        problem(element, path, describe(element) + " in a list; " + known.type().allowed());
        return;
      }
    }
    settings.put(path, new Setting(place(key), texts));
  }

  private static String sections() {
    return ConfigKeys.all().stream()
        .map(ConfigKey::section)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static boolean isEmpty(Node value) {
    return value.getTag().equals(Tag.NULL);
  }

  private static String describe(Node value) {
    if (value instanceof ScalarNode scalar) {
      return isEmpty(value) ? "nothing" : "'" + scalar.getValue() + "'";
    }
    return value instanceof SequenceNode ? "a list" : "a map";
  }

  private void problem(Node at, String key, String detail) {
    problems.add(new ConfigProblem(place(at), key, detail));
  }

  private String place(Node node) {
    return place(node.getStartMark().getLine());
  }

  private String place(int lineFromZero) {
    return name + ":" + (lineFromZero + 1);
  }
}
