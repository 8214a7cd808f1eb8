//! Sends each record to AWS X-Ray, by its daemon.
