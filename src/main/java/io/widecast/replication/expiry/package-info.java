/** Time to live: the master alone decides, and publishes the deletes. */
package io.widecast.replication.expiry;
