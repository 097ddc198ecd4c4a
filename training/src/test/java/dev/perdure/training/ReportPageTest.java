package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.TrainingEvent.EpochEnded;
import dev.perdure.training.TrainingEvent.Restored;
import dev.perdure.training.TrainingEvent.SaveFailed;
import dev.perdure.training.TrainingEvent.StepApplied;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@SuppressWarnings("NullAway") // javac drops the annotation of a compact constructor's parameter
class ReportPageTest {
    private static final String HOSTILE =
            "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\" onload=\"x & ]]> \u0000\u001b[31m\ud800\u202etxt";

    @Test
    void tellsAnInterruptedRunFromHeadlineToConfiguration() throws Exception {
        var incidents = List.of(SampleRuns.killed("2026-11-21T09:43:56.214Z"));
        String page = ReportPage.render(
                SampleRuns.report("finished", SampleRuns.checkpoints(14, 100), incidents),
                SampleRuns.twiceKilled(),
                "training:\n  epochs: 10\n");
        parse(page);
        assertThat(page)
                .contains("<h1>digits</h1>", "98.15 %", "0.0621", "98.40 %", SampleRuns.SHA, "90,240", "431,080")
                .contains("Trainer killed at step 523", "21 November 2026, 09:43:56 UTC", "SIGKILL")
                .contains("14 checkpoints", "= sum ✓", "epochs: 10", "No sample was lost or repeated.");
    }

    @Test
    void letsNothingFromOutsideBecomeMarkup() throws Exception {
        var incident = new Incident(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, 1);
        var report = new RunReport(
                HOSTILE,
                HOSTILE,
                HOSTILE,
                HOSTILE,
                1,
                1,
                1,
                1,
                1,
                1,
                1,
                1,
                HOSTILE,
                1,
                1,
                1,
                1,
                1,
                List.of(),
                List.of(incident),
                List.of(HOSTILE),
                Map.of(HOSTILE, 1.0),
                1,
                null,
                List.of());
        String page = ReportPage.render(report, SampleRuns.twiceKilled(), HOSTILE);
        Document document = parse(page);
        assertThat(document.getElementsByTagName("script").getLength()).isEqualTo(1);
        assertThat(document.getElementsByTagName("img").getLength()).isZero();
        assertThat(attributesStartingWithOn(document)).isEmpty();
        assertThat(page).doesNotContain("<img", "\u001b", "\u202e").contains("&lt;img src=x");
    }

    @Test
    void takesNothingFromTheNetwork() throws Exception {
        String page = ReportPage.render(SampleRuns.report("finished", List.of(), List.of()), List.of(), "");
        assertThat(page).contains("default-src 'none'");
        assertThat(page.replace("http://www.w3.org/2000/svg", "")) // a name, not an address
                .doesNotContain("//", "src=", "url(", "@import", "<link");
    }

    @Test
    void showsADashWhereAFigureIsNotThere() throws Exception {
        String page = ReportPage.render(SampleRuns.empty(), List.of(), "");
        parse(page);
        assertThat(page)
                .contains("<dt>Held-out accuracy</dt><dd>–</dd>", "<dt>Test accuracy</dt><dd>–</dd>")
                .contains("<dt>Samples lost</dt><dd>–</dd>", "No step was recorded", "never started")
                .doesNotContain("NaN", "Infinity", "null");
    }

    @Test
    void drawsNothingThatIsNotANumber() throws Exception {
        double none = Double.NaN;
        var events = new ArrayList<TrainingEvent>();
        for (int step = 1; step <= 100; step++) {
            double loss = step == 50 ? none : step == 51 ? Double.POSITIVE_INFINITY : 1.0 / step;
            events.add(new StepApplied(step, 1, loss, none, none, none, 64, 16));
        }
        events.add(new EpochEnded(1, 100, none, none, none, none, 1, Double.NaN));
        String page = ReportPage.render(SampleRuns.report("diverged", List.of(), List.of()), events, "");
        Document document = parse(page);
        assertThat(page).doesNotContain("NaN", "Infinity").contains("The loss of 2 steps was not a number");
        assertThat(elements(document, "nan")).hasSize(4); // two steps, in the wide chart and in the narrow one
    }

    @Test
    void survivesARunInWhichNothingWasEverANumber() throws Exception {
        var events =
                List.<TrainingEvent>of(new StepApplied(1, 1, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 64, 16));
        String page = ReportPage.render(SampleRuns.report("diverged", List.of(), List.of()), events, "");
        parse(page);
        assertThat(page).contains("Loss was never a number");
    }

    @Test
    void survivesAbsurdValues() throws Exception {
        for (double huge : new double[] {1e308, -1e308, 1e-308, 0, -5}) {
            var events = List.<TrainingEvent>of(
                    new StepApplied(1, 1, huge, 1, 1e-300, huge, 64, 16),
                    new StepApplied(2, 1, 1, 1, 1e300, 1, 64, 16),
                    new StepApplied(Long.MAX_VALUE, 1, -huge, 1, 0, 1, 64, 16));
            String page = ReportPage.render(SampleRuns.report("diverged", List.of(), List.of()), events, "");
            parse(page);
            assertThat(page).as("loss %s", huge).doesNotContain("NaN", "Infinity");
        }
    }

    @Test
    void saysWhenTheLedgerDoesNotBalance() {
        LedgerBar ledger = LedgerBar.of(Map.of("compute", 3.0, "idle", 1.0), 4.5);
        assertThat(ledger.isBalanced()).isFalse();
        assertThat(ledger.toHtml()).contains("≠ sum, by 0.500 s");
        assertThat(LedgerBar.of(Map.of("compute", 3.0, "idle", 1.0), 4.0004).isBalanced())
                .isTrue();
    }

    @Test
    void marksCheckpointsAndIncidentsOnTheLossChart() throws Exception {
        var incidents = List.of(
                SampleRuns.killed("2026-11-21T09:43:56Z"),
                SampleRuns.killed("2026-11-21T09:44:11Z"),
                SampleRuns.damaged("2026-11-21T09:44:12Z"));
        Document document = parse(ReportPage.render(
                SampleRuns.report("finished", SampleRuns.checkpoints(14, 100), incidents),
                SampleRuns.twiceKilled(),
                ""));
        assertThat(elements(document, "tick")).hasSize(2 * 14);
        assertThat(elements(document, "flag")).hasSize(2 * 2); // the second kill and its damage share one
        assertThat(elements(document, "band")).hasSize(2 * 2);
    }

    @Test
    void keepsAMillionStepsBelowAMegabyteWithTheSpikeInSight() throws Exception {
        var events = new ArrayList<TrainingEvent>();
        for (int step = 1; step <= 1_000_000; step++) {
            double loss = step == 654_321 ? 77 : 4 + Math.sin(step) / 10;
            events.add(new StepApplied(step, step / 1000 + 1, loss, loss, step, loss, 64, 16));
            if (step % 1000 == 0) {
                events.add(new EpochEnded(step / 1000, step, loss, loss / 2, loss, loss / 2, 1, Double.NaN));
            }
            if (step % 5000 == 0) {
                events.add(new SaveFailed(step, "disk full", true));
                events.add(new Restored(step - 10, 1, List.of()));
            }
        }
        String words = "a long story & ".repeat(1000);
        var incidents = new ArrayList<Incident>();
        for (int i = 0; i < 3000; i++) {
            incidents.add(new Incident("at " + i, "trainer-killed", words + "step " + i * 300, words, words, 1, 1));
        }
        var base = SampleRuns.report("finished", SampleRuns.checkpoints(50_000, 20), incidents);
        var report = new RunReport(
                base.name(),
                base.outcome(),
                base.engine(),
                base.dataDigest(),
                1,
                1_000_000,
                1000,
                1,
                1,
                1,
                1,
                1,
                base.weightsSha256(),
                1,
                0,
                0,
                0,
                200,
                base.checkpoints(),
                incidents,
                IntStream.range(0, 3000).mapToObj(i -> i + words).toList(),
                base.ledger(),
                41.287,
                null,
                List.of());
        String page = ReportPage.render(report, events, words.repeat(100));
        parse(page);
        assertThat(page.getBytes(UTF_8).length).isLessThan(1_000_000);
        assertThat(page).contains("more, all in report.json", "Not shown: 2,860 warnings");
        assertThat(page)
                .contains("data-ys=\"0.0 80.0 ")
                .contains(" 43.6L"); // 77 of 80, on a foot of 290 and a top of 34
    }

    private static Document parse(String page) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(page.getBytes(UTF_8)));
    }

    private static List<Element> elements(Document document, String cssClass) {
        return all(document).stream()
                .filter(e -> List.of(e.getAttribute("class").split(" ")).contains(cssClass))
                .toList();
    }

    private static List<String> attributesStartingWithOn(Document document) {
        var found = new ArrayList<String>();
        for (Element element : all(document)) {
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                String name = element.getAttributes().item(i).getNodeName();
                if (name.startsWith("on") || name.equals("style")) {
                    found.add(name);
                }
            }
        }
        return found;
    }

    private static List<Element> all(Document document) {
        NodeList nodes = document.getElementsByTagName("*");
        var elements = new ArrayList<Element>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }
}
