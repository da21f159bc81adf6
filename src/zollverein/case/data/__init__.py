"""Publishers' files as they are downloaded: one small adaptor for each, and a registry of them."""
