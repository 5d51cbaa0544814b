package dev.livebridge.bench;

import java.util.Arrays;
import java.util.Locale;

/** What is made of many measurements. */
final class Figures {
    private Figures() {}

    /** Of an even number, the mean of the middle two; of none, NaN. */
    static double median(double[] values) {
        double[] sorted = Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * The value that so many percent of all don't exceed, in milliseconds; 100 for the largest.
     *
     * @param nanoseconds in any order
     */
    static double percentile(long[] nanoseconds, double percent) {
        if (nanoseconds.length == 0) {
            return Double.NaN;
        }
        long[] sorted = nanoseconds.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(rank, 1) - 1] / 1e6;
    }

    /** As in a table: three digits or more where they say something, and a dash for what was not measured. */
    static String shown(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
