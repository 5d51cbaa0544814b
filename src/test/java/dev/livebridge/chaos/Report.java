package dev.livebridge.chaos;

import dev.livebridge.chaos.Ledger.Verdict;
import dev.livebridge.chaos.Story.DeadLetter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The figures of a run as a Markdown table, with examples of what is wrong; and whether anything is. */
final class Report {
    private static final int EXAMPLES = 20;

    private final Map<String, Object> figures = new LinkedHashMap<>();
    private final Map<String, List<String>> wrong = new LinkedHashMap<>();
    private final Verdict verdict;

    /** @param left the ids of the messages on the bridge's queues and the broker's own dead-letter queue, by queue */
    Report(Verdict verdict, Map<String, List<String>> left) {
        this.verdict = verdict;
        figures.put("sent", count(story -> story.transaction().isSent()));
        figures.put("commit in doubt, nothing seen of it", count(story -> !story.transaction()
                .isSent()));
        figures.put("delivered", count(Story::isDelivered));
        Set<String> waiting = left.values().stream().flatMap(List::stream).collect(Collectors.toSet());
        fails("lost", stories(story -> story.isOpen() && !waiting.contains(story.id())));
        fails("not delivered in time", stories(story -> story.isOpen() && waiting.contains(story.id())));
        fails("out of order", verdict.disorder());
        fails("twice: confirmed", stories(story -> story.isTwice() && story.isConfirmedTwice()));
        figures.put(
                "twice: uncertain and marked",
                count(story -> story.isTwice() && !story.isConfirmedTwice() && story.isMarked()));
        fails(
                "twice: uncertain and NOT marked",
                stories(story -> story.isTwice() && !story.isConfirmedTwice() && !story.isMarked()));
        fails("marked, and the mark taken back", stories(Story::isMarkTakenBack));
        figures.put("marked, yet taken once", count(story -> !story.isTwice() && story.isMarked()));
        deadLetters().forEach((code, times) -> figures.put("dead letters: " + code, times));
        fails("unexpected dead letters", stories(Story::hasUnexpectedDeadLetter));
        fails(
                "delivered, though poison",
                stories(story -> story.isDelivered() && story.kind().deadLetter() != null));
        fails("never sent, or in pieces", verdict.strays());
        List<String> remains = new ArrayList<>();
        left.forEach((queue, ids) -> ids.forEach(id -> remains.add(id + " on " + queue)));
        fails("left on queues", remains);
        figures.put("delivered, and no word of it", count(story -> story.isDelivered() && !story.isReported()));
    }

    /** A further figure. */
    Report with(String name, Object figure) {
        figures.put(name, figure);
        return this;
    }

    /** What is wrong, by the name of its figure; empty where all is well. */
    Map<String, Integer> wrong() {
        Map<String, Integer> found = new LinkedHashMap<>();
        wrong.forEach((name, lines) -> {
            if (!lines.isEmpty()) {
                found.put(name, lines.size());
            }
        });
        return found;
    }

    String table() {
        StringBuilder table = new StringBuilder("| figure | |\n|---|---:|\n");
        figures.forEach((name, figure) ->
                table.append("| ").append(name).append(" | ").append(figure).append(" |\n"));
        return table.toString();
    }

    /** The table, what happened when, and examples of what is wrong. */
    String text(Diary diary) throws IOException {
        return "# Chaos\n\n" + table() + examples() + "\n## What happened when\n\n```\n" + diary.text() + "```\n";
    }

    /** Of each kind of what is wrong. */
    String examples() {
        StringBuilder text = new StringBuilder();
        wrong.forEach((name, lines) -> {
            if (!lines.isEmpty()) {
                text.append("\n## ").append(name).append("\n\n");
                lines.stream()
                        .limit(EXAMPLES)
                        .forEach(line -> text.append("- ").append(line).append('\n'));
            }
        });
        return text.toString();
    }

    private void fails(String name, List<String> lines) {
        figures.put(name, lines.size());
        wrong.put(name, new ArrayList<>(lines));
    }

    private long count(Predicate<Story> which) {
        return verdict.stories().stream().filter(which).count();
    }

    private List<String> stories(Predicate<Story> which) {
        return verdict.stories().stream().filter(which).map(Story::toString).toList();
    }

    private Map<String, Integer> deadLetters() {
        Map<String, Integer> codes = new TreeMap<>();
        Stream<DeadLetter> all = verdict.stories().stream().flatMap(story -> story.deadLetters().stream());
        all.forEach(dead -> codes.merge(dead.code(), 1, Integer::sum));
        return codes;
    }
}
