package dev.hourglass.server.runs;

import dev.hourglass.server.http.Answers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** The states and epochs of a run, from its events. Thread-safe. */
public final class EventDigest {
    /** More than any run of ours has. */
    private static final int MOST_EPOCHS = 1_000_000;

    private int lastId;
    private final List<JsonNode> states = new ArrayList<>();
    private final Map<String, NavigableMap<Integer, RunHistory.Epoch>> epochs = new LinkedHashMap<>();
    private int epochCount;

    synchronized void add(EventLog.Event event) {
        lastId = event.id();
        switch (event.type()) {
            case "state" -> addState(Answers.JSON.readTree(event.json()));
            case "epoch" -> addEpoch(Answers.JSON.readTree(event.json()));
            default -> {}
        }
    }

    private void addState(JsonNode state) {
        states.add(state);
        if (states.size() > 3) {
            states.remove(1);
        }
    }

    /** An epoch that was trained again after an interruption counts as it was trained last. */
    private void addEpoch(JsonNode event) {
        RunHistory.Epoch epoch = RunHistory.Epoch.of(event);
        NavigableMap<Integer, RunHistory.Epoch> ofModel =
                epochs.computeIfAbsent(event.path("model").asString(""), model -> new TreeMap<>());
        NavigableMap<Integer, RunHistory.Epoch> trainedAgain = ofModel.tailMap(epoch.epoch(), true);
        epochCount -= trainedAgain.size();
        trainedAgain.clear();
        if (epochCount < MOST_EPOCHS) {
            ofModel.put(epoch.epoch(), epoch);
            epochCount++;
        }
    }

    /** Of the last event; 0 if there is none. */
    synchronized int lastId() {
        return lastId;
    }

    /** The first state and the last two. */
    public synchronized List<JsonNode> states() {
        return List.copyOf(states);
    }

    /** Each model's, in order; none for a model that has none. */
    synchronized List<RunHistory.Epoch> epochs(String model) {
        NavigableMap<Integer, RunHistory.Epoch> ofModel = epochs.get(model);
        return ofModel == null ? List.of() : List.copyOf(ofModel.values());
    }
}
