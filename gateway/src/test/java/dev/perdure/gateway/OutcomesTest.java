package dev.perdure.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Page;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.Finding;
import dev.perdure.routing.Notice;
import dev.perdure.routing.ReplicaId;
import dev.perdure.routing.Rollout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Truths that are reported later are joined with what was answered, and count. */
@Timeout(60)
class OutcomesTest {
    @AutoClose
    private final Gateways gateways = new Gateways();

    private final List<RolloutReport> told = new CopyOnWriteArrayList<>();
    private final List<Notice.Ejected> ejected = new CopyOnWriteArrayList<>();

    private Gateway serve(RolloutSettings rollouts, FakeHost.Model model, ServedVersion first) {
        return serve(rollouts, model, first, 1);
    }

    private Gateway serve(RolloutSettings rollouts, FakeHost.Model model, ServedVersion first, int replicas) {
        var listener = new GatewayListener() {
            @Override
            public void told(String name, Notice notice) {
                if (notice instanceof Notice.Ejected out) {
                    ejected.add(out);
                }
            }

            @Override
            public void rollout(RolloutReport report) {
                told.add(report);
            }
        };
        return gateways.serve(new FakeHost(model), Gateways.settings(replicas), rollouts, listener, first);
    }

    private static String page(Gateway gateway, String method, String end, String body) {
        return page(gateway.pages(), method, end, body);
    }

    private static String page(List<Page> pages, String method, String end, String body) {
        Page page = pages.stream()
                .filter(each -> each.method().equals(method) && each.path().endsWith(end))
                .findFirst()
                .orElseThrow();
        var asked = new Page.Asked(
                Map.of("model", "scaled"), MemorySegment.ofArray(body.getBytes(UTF_8)), Call.within(Scaled.LONG));
        Page.Answer answer = page.handler().answer(asked);
        return answer.status() + " " + new String(answer.body().toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }

    private static String report(Gateway gateway, String outcomes) {
        return page(gateway, "POST", "/outcomes", "{\"outcomes\":[%s]}".formatted(outcomes));
    }

    /** One output of three probabilities: the class is the input's number. */
    private static ServedVersion classes(String version) {
        var inputs = new LinkedHashMap<String, TensorData>();
        var outputs = new LinkedHashMap<String, TensorData>();
        inputs.put("x", TensorData.of(Shape.of(2, 1), 0f, 1f));
        outputs.put("y", TensorData.of(Shape.of(2, 3), .8f, .1f, .1f, .1f, .8f, .1f));
        return new ServedVersion(
                ModelId.of("scaled", version),
                "nowhere",
                version.repeat(64),
                "fake",
                new ModelSignature(
                        List.of(TensorSpec.of("x", DType.F32, 1)), List.of(TensorSpec.of("y", DType.F32, 3))),
                List.of("cat", "dog", "bird"),
                new GoldenSet(inputs, outputs, new Tolerance(1e-6, 0)),
                Optional.empty());
    }

    private static List<Tensor> choose(float[] classes) {
        float[] shares = new float[3 * classes.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = i % 3 == (int) classes[i / 3] ? .8f : .1f;
        }
        return List.of(Tensor.of("y", Shape.of(classes.length, 3), shares));
    }

    @Test
    void aReportedLabelIsJoinedWithItsItemAndCountsOnce() {
        Gateway gateway =
                serve(Scaled.rollouts(), (_, request) -> choose(Scaled.values(request.inputs())), classes("1"));
        Scaled.ask(gateway, Scaled.MODEL, "a", 0, 1, 2, 2);
        assertThat(
                        report(
                                gateway,
                                "{\"id\":\"a\",\"label\":\"cat\"},{\"id\":\"a\",\"item\":1,\"label\":1},{\"id\":\"a\",\"item\":2,\"label\":\"dog\"}"))
                .isEqualTo("200 {\"model\":\"scaled\",\"joined\":3,\"refused\":[]}");
        assertThat(report(gateway, "{\"id\":\"a\",\"label\":\"cat\"}"))
                .startsWith("404")
                .contains("reported before");
        assertThat(report(gateway, "{\"id\":\"b\",\"label\":\"cat\"}"))
                .startsWith("404")
                .contains(
                        "no answer of scaled with this id is remembered (expected: one of the answers of the last 60 min");
        assertThat(report(gateway, "{\"id\":\"a\",\"item\":3,\"label\":\"cow\"}"))
                .contains("truth: 'cow' (expected: one of [cat, dog, bird])");
        assertThat(report(gateway, "{\"id\":\"a\",\"item\":4,\"label\":\"cat\"}"))
                .contains("item: 4 (expected: 0 to 3)");
        assertThat(page(gateway, "GET", "/outcomes", ""))
                .contains(
                        "\"version\":\"1\",\"reported\":3,\"right\":2,",
                        "\"accuracy\":0.6666666666666666",
                        "\"calibration\":[{\"confidence\":0.8",
                        "\"remembered\":1");
    }

    /** Where the same ports are several gateways', reports come to any of them. */
    @Test
    void aLabelCountsWhereItsAnswerWasGivenWhicheverGatewayIsTold() {
        FakeHost.Model model = (_, request) -> choose(Scaled.values(request.inputs()));
        Gateway one = serve(Scaled.rollouts(), model, classes("1"));
        Gateway two = serve(Scaled.rollouts(), model, classes("1"));
        Gateway three = serve(Scaled.rollouts(), model, classes("1"));
        Scaled.ask(one, Scaled.MODEL, "a", 0);
        Scaled.ask(two, Scaled.MODEL, "b", 1, 2);
        Scaled.ask(three, Scaled.MODEL, "c", 2);
        Siblings.Sibling dead = (_, _) -> {
            throw new IOException("killed");
        };
        List<Page> pages = one.pages(() -> List.of(dead, sibling(two), sibling(three)));
        String outcomes = "{\"id\":\"%s\",\"item\":%d,\"label\":%s}";
        String all = "{\"outcomes\":["
                + String.join(
                        ",",
                        outcomes.formatted("a", 0, "\"cat\""),
                        outcomes.formatted("b", 1, "2"),
                        outcomes.formatted("b", 2, "\"cat\""),
                        outcomes.formatted("c", 0, "\"dog\""),
                        outcomes.formatted("d", 0, "\"dog\""))
                + "]}";
        assertThat(page(pages, "POST", "/outcomes", all))
                .startsWith("200 {\"model\":\"scaled\",\"joined\":3,")
                .contains("\"id\":\"b\",\"item\":2,\"reason\":\"item: 2 (expected: 0 to 1)\",\"unknown\":false")
                .contains("\"id\":\"d\",\"item\":0,\"reason\":\"no answer of scaled with this id is remembered");
        assertThat(page(pages, "POST", "/outcomes", all)).startsWith("404").contains("item 1 was reported before");
        assertThat(page(two, "GET", "/outcomes", "")).contains("\"version\":\"1\",\"reported\":1,\"right\":1,");
        assertThat(page(three, "GET", "/outcomes", "")).contains("\"version\":\"1\",\"reported\":1,\"right\":0,");
    }

    private static Siblings.Sibling sibling(Gateway gateway) {
        return (model, report) -> {
            String answer = page(gateway, "POST", "/outcomes", report);
            return answer.substring(answer.indexOf(' ') + 1);
        };
    }

    @Test
    void aReportThatIsNoneIsRefusedWithWhatWasExpected() {
        Gateway gateway =
                serve(Scaled.rollouts(), (_, request) -> choose(Scaled.values(request.inputs())), classes("1"));
        for (String body : List.of(
                "", "[]", "{\"outcomes\":3}", "{\"outcomes\":[{\"label\":1}]}", "{\"outcomes\":[{\"id\":\"a\"}]}")) {
            assertThatExceptionOfType(OipException.class)
                    .as(body)
                    .isThrownBy(() -> page(gateway, "POST", "/outcomes", body))
                    .satisfies(why -> assertThat(why.error().httpStatus()).isEqualTo(400));
        }
    }

    /** Half of all are of a class that both versions know; of the others there are as many of the one as of the other. */
    private static int truth(long number) {
        return Math.min(2, Math.floorMod(number, 4));
    }

    /** It takes one class for another, and so gives as many of each as it should. */
    @Test
    void aVersionThatIsWrongMoreOftenIsRolledBackByWhatIsReported() {
        var options = new Rollout.Options(1, 2000, List.of(0.5), 2000, Duration.ZERO, 0, 0.01, 0.9, 100, 1.25, 0);
        Gateway gateway = serve(
                Scaled.rollouts().with(options),
                (replica, request) -> {
                    float[] x = Scaled.values(request.inputs());
                    for (int i = 0;
                            i < x.length && x.length == 1 && replica.version().equals("2");
                            i++) {
                        x[i] = x[i] == 2 ? 2 : 1 - x[i];
                    }
                    return choose(x);
                },
                classes("1"));
        gateway.serve(classes("2"));
        var number = new AtomicLong();
        await().atMost(Scaled.LONG).pollInterval(Duration.ofMillis(1)).until(() -> {
            long i = number.incrementAndGet();
            Scaled.ask(gateway, Scaled.MODEL, "r" + i, truth(i));
            long before = i - 5; // its copy has been computed by now
            report(gateway, "{\"id\":\"r%d\",\"label\":%d}".formatted(before, truth(before)));
            return told.stream().anyMatch(each -> each.phase().equals("rolled back"));
        });
        assertThat(told.getLast().reason().orElse("")).contains("outcomes");
        assertThat(page(gateway, "GET", "/rollout", "")).contains("\"phase\":\"rolled back\"", "\"of\":\"outcomes\"");
    }

    /** Of each request of four, all reported, both versions have one case. */
    @Test
    void theItemsOfOneRequestAreOneCaseOfEvidence() {
        var options = new Rollout.Options(1, 2000, List.of(0.5), 2000, Duration.ZERO, 0, 0.01, 0.9, 100, 1.25, 0);
        Gateway gateway = serve(
                Scaled.rollouts().with(options), (_, request) -> choose(Scaled.values(request.inputs())), classes("1"));
        gateway.serve(classes("2"));
        await().atMost(Scaled.LONG)
                .until(() -> told.stream().anyMatch(each -> each.phase().equals("shadow")));
        for (int i = 1; i <= 4; i++) {
            Scaled.ask(gateway, Scaled.MODEL, "r" + i, 0, 0, 0, 0);
            String compared = "\"compared\":" + i;
            await().atMost(Scaled.LONG)
                    .until(() -> page(gateway, "GET", "/outcomes", "").contains(compared));
        }
        for (int item = 0; item < 12; item++) {
            assertThat(report(gateway, "{\"id\":\"r%d\",\"item\":%d,\"label\":1}".formatted(1 + item / 4, item % 4)))
                    .contains("\"joined\":1");
        }
        assertThat(page(gateway, "GET", "/rollout", "")).contains("{\"of\":\"outcomes\",\"happened\":3,\"cases\":6");
        assertThat(page(gateway, "GET", "/outcomes", "")).contains("\"version\":\"1\",\"reported\":12,\"right\":0");
    }

    private static boolean isReplica(ReplicaId replica, int number) {
        return replica.number() == number;
    }

    /** Golden samples, which come two at a time, it answers rightly. */
    private Gateway withOneThatIsWrong() {
        return serve(
                Scaled.rollouts(),
                (replica, request) -> {
                    float[] x = Scaled.values(request.inputs());
                    if (x.length == 1 && isReplica(replica, 1)) {
                        x[0] = 2;
                    }
                    return choose(x);
                },
                classes("1"),
                2);
    }

    private static void askAndReport(Gateway gateway, String id, Map<String, Parameter> parameters) {
        var request = new InferRequest(
                Scaled.MODEL, id, parameters, List.of(Tensor.of("x", Shape.of(1, 1), new float[] {1})), List.of());
        gateway.infer(request, Call.within(Scaled.LONG));
        assertThat(report(gateway, "{\"id\":\"%s\",\"label\":\"dog\"}".formatted(id)))
                .contains("\"joined\":1");
    }

    @Test
    void aReplicaWhoseAnswersTurnOutToBeWrongIsTakenOutAndTheOtherGoesOn() {
        Gateway gateway = withOneThatIsWrong();
        var number = new AtomicLong();
        await().atMost(Scaled.LONG).pollInterval(Duration.ofMillis(1)).until(() -> {
            askAndReport(gateway, "r" + number.incrementAndGet(), Map.of());
            return !ejected.isEmpty();
        });
        assertThat(ejected).singleElement().satisfies(out -> {
            assertThat(out.replica().number()).isEqualTo(1);
            assertThat(out.finding()).isInstanceOf(Finding.OftenWrong.class);
        });
        await().atMost(Scaled.LONG).until(() -> gateway.inUse(Scaled.MODEL) == 2);
        for (int i = 0; i < 20; i++) {
            askAndReport(gateway, "after" + i, Map.of());
        }
        assertThat(page(gateway, "GET", "/outcomes", "")).contains("\"reported\":" + (number.get() + 20));
    }

    /** Who asks with a key has chosen the replica, and may have chosen it for what it asks. */
    @Test
    void whatIsReportedAboutAnswersThatBelongTogetherSaysNothingAboutTheReplica() {
        Gateway gateway = withOneThatIsWrong();
        for (int i = 0; i < 200; i++) {
            askAndReport(gateway, "r" + i, Map.of(Asks.AFFINITY, Parameter.of("key" + i)));
        }
        Scaled.ask(gateway, Scaled.MODEL, "last", 0, 0); // whatever was told before it has been dealt with
        assertThat(ejected).isEmpty();
        assertThat(page(gateway, "GET", "/outcomes", ""))
                .contains("\"reported\":200")
                .doesNotContain("\"right\":200", "\"right\":0,");
    }

    @Test
    void answersAreRememberedUntilTheyAreTooManyOrTooOld() {
        var now = new AtomicLong();
        var memory = new AnswerMemory(3, 10, Duration.ofSeconds(60), now::get);
        var by = Deployment.of(classes("1"), 1, 0.1);
        var one = new AnswerMemory.Given(by, List.of(new Prediction(1, 1, 0)), Optional.empty());
        for (int i = 0; i < 5; i++) {
            now.addAndGet(1_000_000_000L);
            memory.remember("id" + i, one, Optional.empty());
        }
        assertThat(memory.find("id1")).isEmpty();
        assertThat(memory.find("id2")).isPresent();
        var many =
                new AnswerMemory.Given(by, java.util.Collections.nCopies(9, new Prediction(1, 1, 0)), Optional.empty());
        memory.remember("many", many, Optional.empty());
        assertThat(memory.find("id3")).isEmpty();
        assertThat(memory.find("id4")).isPresent();
        assertThat(memory.size()).isEqualTo(2);
        now.addAndGet(61_000_000_000L);
        assertThat(memory.find("many")).isEmpty();
        memory.remember("new", one, Optional.empty());
        assertThat(memory.size()).isEqualTo(1);
    }
}
