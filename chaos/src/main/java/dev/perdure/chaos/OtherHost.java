package dev.perdure.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A network of its own on this machine (a Linux network namespace), with one wire to it: programs in it are on another host to
 * all outside, while their processes and files are this machine's. The wire can be cut so that packets vanish, both ways, and
 * neither end is told: no interface goes down, no connection is reset, and what is sent is sent again, as when a switch fails.
 *
 * <p>It needs root and the program {@code ip}. Addresses are of 198.18.0.0/15, which is set apart for such things. Those that a
 * process left that was killed are removed by whoever makes the next.
 */
public final class OtherHost implements AutoCloseable {
    private static final String PREFIX = "perdure-";
    private static final String NOBODY_HERE = "02:00:00:00:00:98";
    private static final String NOBODY_THERE = "02:00:00:00:00:99";
    private static final int COMMAND_SECONDS = 20;
    private static final int TRIES = 20;

    private final String name;
    private final String near;
    private final String far;
    private final String own;
    private final String address;

    private OtherHost(String name, int number) {
        this.name = name;
        this.near = "pd%dn".formatted(number);
        this.far = "pd%df".formatted(number);
        int base = 4 * number;
        String net = "198.%d.%d".formatted(18 + (base >> 16), (base >> 8) & 0xff);
        this.own = "%s.%d".formatted(net, (base & 0xff) + 1);
        this.address = "%s.%d".formatted(net, (base & 0xff) + 2);
    }

    /** Returns why there can be none here, for people; nothing when there can. */
    public static Optional<String> refusal() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("%s (expected: Linux)".formatted(System.getProperty("os.name")));
        }
        try (OtherHost _ = make()) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("%s (expected: root, and the program ip of iproute2)".formatted(e.getMessage()));
        }
    }

    /**
     * Makes one.
     *
     * @throws IOException if that cannot be done here
     */
    public static OtherHost make() throws IOException {
        removeLeft();
        String taken = run("ip", "-o", "-4", "addr");
        for (int i = 0; i < TRIES; i++) {
            int number = ThreadLocalRandom.current().nextInt(1 << 14);
            var host = new OtherHost(
                    "%s%d-%d".formatted(PREFIX, ProcessHandle.current().pid(), number), number);
            if (!taken.contains(" " + host.own + "/")) {
                host.begin();
                return host;
            }
        }
        throw new IOException("no addresses are left in 198.18.0.0/15");
    }

    private static void removeLeft() throws IOException {
        for (String line : run("ip", "netns", "list").lines().toList()) {
            String[] parts = line.split("[- ]");
            boolean isLeft = line.startsWith(PREFIX)
                    && parts.length > 1
                    && parts[1].matches("[0-9]{1,10}")
                    && ProcessHandle.of(Long.parseLong(parts[1])).isEmpty();
            if (isLeft) {
                run("ip", "netns", "del", line.split(" ")[0]);
            }
        }
    }

    private void begin() throws IOException {
        run("ip", "netns", "add", name);
        try {
            run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name);
            run("ip", "addr", "add", own + "/30", "dev", near);
            run("ip", "link", "set", near, "up");
            inside("addr", "add", address + "/30", "dev", far);
            inside("link", "set", far, "up");
            inside("link", "set", "lo", "up");
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Returns the address at which programs in it are reached. */
    public String address() {
        return address;
    }

    /** Returns a command that runs a program in it. */
    public List<String> command(List<String> program) {
        var command = new ArrayList<>(List.of("ip", "netns", "exec", name));
        command.addAll(program);
        return command;
    }

    /** Has every packet vanish, both ways: each end sends to a station that is not there. */
    public void cut() throws IOException {
        run("ip", "neigh", "replace", address, "lladdr", NOBODY_THERE, "dev", near, "nud", "permanent");
        inside("neigh", "replace", own, "lladdr", NOBODY_HERE, "dev", far, "nud", "permanent");
    }

    /** Has packets arrive again. */
    public void mend() throws IOException {
        run("ip", "neigh", "del", address, "dev", near);
        inside("neigh", "del", own, "dev", far);
    }

    private void inside(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(Arrays.asList(arguments));
        run(command.toArray(String[]::new));
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        try {
            if (process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
                return said;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        throw new IOException("%s: %s".formatted(String.join(" ", command), said.isEmpty() ? "failed" : said));
    }

    /** Removes it, with the wire. Programs in it go on, and reach nobody. */
    @Override
    public void close() throws IOException {
        run("ip", "netns", "del", name);
    }
}
