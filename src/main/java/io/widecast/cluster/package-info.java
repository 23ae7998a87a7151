/**
 * Who is there in this site, by the cluster manager (Hazelcast), in the background. It says who can
 * be reached where and never who is right: replication works without it and believes nothing of it.
 * Start at {@link io.widecast.cluster.ClusterVerticle}.
 */
package io.widecast.cluster;
