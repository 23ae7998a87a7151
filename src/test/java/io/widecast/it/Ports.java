package io.widecast.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Every port that a process listens on, as Linux tells in {@code /proc}: what a node opens, not
 * what it says.
 */
record Ports(Set<Integer> tcp, Set<Integer> udp) {

  private static final String TCP_LISTEN = "0A";
  private static final String UDP_OPEN = "07";

  static boolean known() {
    return Files.exists(Path.of("/proc/self/net/tcp"));
  }

  static Ports of(long pid) {
    try {
      Set<String> inodes = inodes(pid);
      return new Ports(
          ports(List.of("tcp", "tcp6"), TCP_LISTEN, inodes),
          ports(List.of("udp", "udp6"), UDP_OPEN, inodes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> inodes(long pid) throws IOException {
    var inodes = new HashSet<String>();
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : files.toList()) {
        String target = Files.readSymbolicLink(file).toString();
        if (target.startsWith("socket:[")) {
          inodes.add(target.substring(8, target.length() - 1));
        }
      }
    }
    return inodes;
  }

  private static Set<Integer> ports(List<String> tables, String state, Set<String> inodes)
      throws IOException {
    var ports = new TreeSet<Integer>();
    for (String table : tables) {
      List<String> lines = Files.readAllLines(Path.of("/proc/self/net/" + table));
      for (String line : lines.subList(1, lines.size())) {
        String[] fields = line.strip().split("\\s+"); // number, local, remote, state, … inode at 9
        if (fields[3].equals(state) && inodes.contains(fields[9])) {
          ports.add(Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16));
        }
      }
    }
    return ports;
  }
}
