package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes train one model together: the bits are those of one process, whoever is killed or stops answering. */
@Timeout(120)
class GroupsOfProcessesTest {
    private static final int STEPS = 24;

    /** Short of half an hour, which is how long an operation may stand still. */
    private static final int SOON_SECONDS = 30;

    @TempDir
    private Path folder;

    private final List<Member> members = new ArrayList<>();
    private int generation;

    /** A process, and what it says. */
    private static final class Member {
        private final Process process;
        private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

        Member(Path folder) throws IOException {
            var builder = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    GroupMember.class.getName(),
                    folder.toString());
            builder.environment().put("OMP_WAIT_POLICY", "passive");
            process = builder.redirectErrorStream(true).start();
            Thread.ofVirtual().start(this::listen);
        }

        private void listen() {
            try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                lines.lines()
                        .filter(line -> line.startsWith("member: ") || line.startsWith("Exception"))
                        .forEach(line -> said.add(line.replace("member: ", "")));
                said.add("no more");
            } catch (IOException | UncheckedIOException e) {
                said.add("closed: " + e.getMessage());
            }
        }

        void tell(String order) throws IOException {
            process.getOutputStream().write((order + "\n").getBytes(UTF_8));
            process.getOutputStream().flush();
        }

        /** Waits for a line that begins in some way, passing over steps, and returns the rest of it. */
        String await(String beginning) throws InterruptedException {
            while (true) {
                String line = said.poll(SOON_SECONDS, TimeUnit.SECONDS);
                assertThat(line).as("waiting for '%s'", beginning).isNotNull();
                if (line.startsWith(beginning)) {
                    return line.substring(beginning.length()).strip();
                }
                assertThat(line).as("waiting for '%s'", beginning).startsWith("step ");
            }
        }

        /** Waits until it says no more: it is blocked. */
        void awaitSilence() throws InterruptedException {
            while (said.poll(1, TimeUnit.SECONDS) != null) {}
        }

        void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }
    }

    @BeforeEach
    void start() throws Exception {
        for (int i = 0; i < 3; i++) {
            members.add(new Member(folder));
        }
        for (Member member : members) {
            member.await("ready");
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Member member : members) {
            member.process.destroyForcibly();
        }
        for (Member member : members) {
            member.process.waitFor();
        }
    }

    private static void begin(List<Member> group) throws IOException {
        for (Member member : group) {
            member.tell("begin");
        }
    }

    private void join(List<Member> group, int spares, int steps) throws IOException {
        generation++;
        for (int rank = 0; rank < group.size(); rank++) {
            group.get(rank)
                    .tell("join %d %d %d %d %d".formatted(generation, rank, group.size() - spares, spares, steps));
        }
    }

    /** Trains from the beginning, and returns the digest of the state, the same for all. */
    private String train(List<Member> group, int spares, int steps) throws Exception {
        begin(group);
        join(group, spares, steps);
        return digest(group);
    }

    private static String digest(List<Member> group) throws InterruptedException {
        String digest = group.getFirst().await("digest");
        for (Member member : group.subList(1, group.size())) {
            assertThat(member.await("digest")).isEqualTo(digest);
        }
        return digest;
    }

    @Test
    void groupsHaveTheBitsOfOneProcess() throws Exception {
        String alone = train(members.subList(0, 1), 0, STEPS);
        assertThat(train(members.subList(0, 2), 0, STEPS)).isEqualTo(alone);
        assertThat(train(members, 0, STEPS)).isEqualTo(alone);
        assertThat(train(members, 1, STEPS)).as("2 workers, 1 spare").isEqualTo(alone);
    }

    @Test
    @Tag("soak")
    void groupsOfEverySizeHaveTheBitsOfOneProcess() throws Exception {
        String alone = train(members.subList(0, 1), 0, STEPS);
        assertThat(train(members.subList(0, 1), 0, STEPS - 1)).isNotEqualTo(alone);
        while (members.size() < 8) {
            members.add(new Member(folder));
        }
        for (Member member : members.subList(3, 8)) {
            member.await("ready");
        }
        for (int size : new int[] {2, 3, 4, 5, 8}) {
            assertThat(train(members.subList(0, size), 0, STEPS))
                    .as("%d workers", size)
                    .isEqualTo(alone);
        }
        assertThat(train(members.subList(0, 5), 2, STEPS))
                .as("3 workers, 2 spares")
                .isEqualTo(alone);
    }

    @Test
    void thoseWhoOutliveAKillGoOnTogetherAndTheBitsStay() throws Exception {
        String undisturbed = train(members.subList(0, 1), 0, 60);
        begin(members);
        join(members, 0, 60);
        members.get(2).await("step 5");
        members.get(2).signal("KILL");
        List<Member> rest = members.subList(0, 2);
        for (Member member : rest) {
            assertThat(member.await("broken")).contains("generation " + generation);
        }
        join(rest, 0, 60);
        assertThat(digest(rest)).isEqualTo(undisturbed);
    }

    @Test
    void whoWaitsForAStoppedProcessIsFreedByAnAbort() throws Exception {
        String undisturbed = train(members.subList(0, 1), 0, 60);
        begin(members);
        join(members, 0, 60);
        Member stopped = members.get(1);
        stopped.await("step 5");
        stopped.signal("STOP");
        List<Member> rest = List.of(members.get(2), members.get(0));
        for (Member member : rest) {
            member.awaitSilence();
        }
        for (Member member : rest) {
            member.tell("abort");
        }
        for (Member member : rest) {
            assertThat(member.await("broken")).contains("abort");
        }
        // The stopped one is not even dead, and has half of a message.
        join(rest, 1, 60);
        assertThat(digest(rest)).isEqualTo(undisturbed);
        stopped.signal("CONT");
        assertThat(stopped.await("broken")).isNotEmpty();
    }
}
