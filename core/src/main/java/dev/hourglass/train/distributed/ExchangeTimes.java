package dev.hourglass.train.distributed;

/**
 * What the exchange of sums has cost a session so far.
 *
 * @param bytesSent to both neighbours, frames included
 * @param nanos that the session was on the network or waited for others, who may have had more to compute
 * @param sums that were completed
 */
public record ExchangeTimes(long bytesSent, long nanos, long sums) {
    /** @param wallNanos of what the share is asked, > 0 */
    public double shareOf(long wallNanos) {
        return (double) nanos / wallNanos;
    }
}
