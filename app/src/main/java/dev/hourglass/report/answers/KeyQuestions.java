package dev.hourglass.report.answers;

import dev.hourglass.report.Names;
import dev.hourglass.report.results.LatentSpace;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The lab's questions, answered from a run's measurements. As in {@link Findings}, each sentence comes from a rule over
 * the numbers; what was not measured is not answered.
 */
public final class KeyQuestions {
    /** @param sentences of the answer, at least one */
    public record Answer(String question, List<String> sentences) {
        public Answer {
            sentences = List.copyOf(sentences);
        }
    }

    private KeyQuestions() {}

    public static List<Answer> of(RunResult run) {
        List<Answer> answers = new ArrayList<>();
        for (ModelResult model : run.models()) {
            String name = Names.model(model);
            add(answers, "How well does the " + name + " reconstruct?", ReconstructionAnswer.of(model));
        }
        for (ModelResult model : run.models()) {
            LatentSpace latent = model.evaluation().latent();
            if (latent != null) {
                String name = Names.model(model);
                add(answers, "What does the latent space of the " + name + " show?", LatentAnswer.of(model, latent));
            }
        }
        add(answers, "How does the latent size affect the quality?", sweeps(run));
        return List.copyOf(answers);
    }

    private static void add(List<Answer> answers, String question, List<String> sentences) {
        if (!sentences.isEmpty()) {
            answers.add(new Answer(question, sentences));
        }
    }

    private static List<String> sweeps(RunResult run) {
        List<String> sentences = new ArrayList<>();
        run.models().stream()
                .filter(model -> model.evaluation().sweep() != null)
                .forEach(model -> sentences.addAll(SweepAnswer.of(
                        model, Objects.requireNonNull(model.evaluation().sweep()))));
        return sentences;
    }

    /** For a text file: each question followed by its answer. */
    public static String toText(List<Answer> answers) {
        StringBuilder text = new StringBuilder();
        for (Answer answer : answers) {
            text.append(answer.question()).append('\n');
            answer.sentences()
                    .forEach(sentence -> text.append("  - ").append(sentence).append('\n'));
            text.append('\n');
        }
        return text.isEmpty() ? "Nothing was measured that answers a question.\n" : text.toString();
    }
}
