// Made from packages/schema/openapi.json by "pnpm --filter @ojs/codegen generate". Do not edit.
export interface paths {
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the token endpoint can do (RFC 8414); 404 where tokens.issuer is not set */
        get: operations["getServerMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-protected-resource": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whose tokens are accepted, and how (RFC 9728); 404 where tokens.issuer is not set */
        get: operations["getResourceMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as /ojs/v1/health, where probes look for it */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics in the text format of Prometheus, of all tenants together */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/manifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this server can do */
        get: operations["getManifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The credentials of the tenant, oldest first; never their secrets */
        get: operations["listCredentials"];
        put?: never;
        /** Make a credential with no more rights than one’s own; the answer is the only one that shows the key */
        post: operations["createCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/credentials/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A credential, without its secrets */
        get: operations["getCredential"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change roles, queues, end or label of a credential */
        patch: operations["updateCredential"];
        trace?: never;
    };
    "/ojs/v1/admin/credentials/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a credential, everywhere and for good */
        post: operations["revokeCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/credentials/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a credential a new secret; the one before is accepted too for a while */
        post: operations["rotateCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/dead-letter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List dead letters, newest first */
        get: operations["adminListDeadLetters"];
        put?: never;
        post?: never;
        /** Delete many dead letters for good */
        delete: operations["adminPurgeDeadLetters"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/dead-letter/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a dead letter with all its errors */
        get: operations["adminGetDeadLetter"];
        put?: never;
        post?: never;
        /** Delete a dead letter for good */
        delete: operations["adminDeleteDeadLetter"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/dead-letter/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a dead letter anew */
        post: operations["adminRetryDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/dead-letter/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start many dead letters anew */
        post: operations["adminRetryDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/dead-letter/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many dead letters there are, and of what errors */
        get: operations["adminGetDeadLetterStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/jobs/bulk/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel many jobs that wait, by their ids or by a filter */
        post: operations["adminCancelJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/jobs/bulk/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete many jobs that have ended, for good */
        post: operations["adminDeleteJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/jobs/bulk/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make many jobs available that were discarded or wait for a retry */
        post: operations["adminRetryJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys that sign tokens, the one in force first; for credentials that span all tenants */
        get: operations["listSigningKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/signing-keys/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign with a new key from now on; for credentials that span all tenants */
        post: operations["rotateSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/admin/tokens/{jti}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a token of the tenant by its id, as the audit log names it */
        delete: operations["revokeTokenById"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/auth/elevate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show a second factor, and get a short-lived token for operations that need one */
        post: operations["elevate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/auth/jwks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys of tokens that this server issues (RFC 7517) */
        get: operations["getTokenKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/auth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a token, and what was made of it, before its time; whoever holds it can (RFC 7009) */
        post: operations["revokeToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a token: a client for itself, or whoever holds a credential one with less */
        post: operations["getToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/cron": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the cron entries whose queue the caller may inspect, by name */
        get: operations["listCrons"];
        put?: never;
        /** Register a cron entry (201), or change the one with this name (200) */
        post: operations["registerCron"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/cron/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a cron entry */
        get: operations["getCron"];
        put?: never;
        post?: never;
        /** Delete a cron entry; jobs that came of it stay */
        delete: operations["deleteCron"];
        options?: never;
        head?: never;
        /** Switch a cron entry on or off */
        patch: operations["patchCron"];
        trace?: never;
    };
    "/ojs/v1/cron/{name}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest firings of a cron entry, newest first */
        get: operations["getCronHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/cron/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switch a cron entry off */
        post: operations["pauseCron"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/cron/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switch a cron entry on; what it missed meanwhile is not made up for */
        post: operations["resumeCron"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/cron/{name}/trigger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fire a cron entry now, besides its schedule */
        post: operations["triggerCron"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/dead-letter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List dead letters, newest first */
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        /** Delete many dead letters for good */
        delete: operations["purgeDeadLetters"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/dead-letter/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a dead letter with all its errors */
        get: operations["getDeadLetter"];
        put?: never;
        post?: never;
        /** Delete a dead letter for good */
        delete: operations["deleteDeadLetter"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/dead-letter/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a dead letter anew */
        post: operations["retryDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/dead-letter/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start many dead letters anew */
        post: operations["retryDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/dead-letter/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many dead letters there are, and of what errors */
        get: operations["getDeadLetterStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recent events of the queues that the caller may inspect, newest first */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events as they happen, as Server-Sent Events; goes on after Last-Event-ID */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server and its Redis answer */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enqueue a job (PUSH) */
        post: operations["enqueueJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a job (INFO) */
        get: operations["getJob"];
        put?: never;
        post?: never;
        /** Cancel a job (CANCEL) */
        delete: operations["cancelJob"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/{id}/ack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as POST /workers/ack */
        post: operations["ackJobById"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/{id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a pending job available (ACTIVATE) */
        post: operations["activateJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/{id}/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last checkpoint */
        get: operations["getCheckpoint"];
        /** The same as POST */
        put: operations["putCheckpoint"];
        /** Save where the attempt is */
        post: operations["saveCheckpoint"];
        /** Forget the checkpoint; the next attempt begins at the beginning */
        delete: operations["deleteCheckpoint"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events of a job as they happen, until it has ended */
        get: operations["streamJobEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to a job, oldest first */
        get: operations["getJobHistory"];
        put?: never;
        post?: never;
        /** Forget what happened to a job until now; the job stays */
        delete: operations["deleteJobHistory"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/{id}/nack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as POST /workers/nack */
        post: operations["nackJobById"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/{id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the job says it is */
        get: operations["getProgress"];
        /** Say how far the attempt is; extends its lease as a heartbeat does */
        put: operations["reportProgress"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the result of a job, and wait for it if asked to */
        get: operations["getResult"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enqueue up to 1,000 jobs, all or none */
        post: operations["enqueueBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enqueue up to 1,000 jobs, each for itself or all or none, and hear what became of each */
        post: operations["enqueueJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/bulk/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel many jobs that wait, by their ids or by a filter */
        post: operations["cancelJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/bulk/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete many jobs that have ended, for good */
        post: operations["deleteJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/bulk/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make many jobs available that were discarded or wait for a retry */
        post: operations["retryJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/jobs/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Read the results of up to 100 jobs */
        post: operations["getResults"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the queues that the caller may inspect */
        get: operations["listQueues"];
        put?: never;
        /** Create a queue before its first job */
        post: operations["createQueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A queue: its state, its limits, its jobs by state */
        get: operations["getQueue"];
        put?: never;
        post?: never;
        /** Delete a queue with the jobs that ended in it; needs a confirmation */
        delete: operations["deleteQueue"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues/{name}/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a queue itself allows */
        get: operations["getQueueConfig"];
        /** Replace what a queue itself allows */
        put: operations["configureQueue"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues/{name}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take no new jobs in a queue, and hand out those that it has */
        post: operations["drainQueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues/{name}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events of a queue and its jobs as they happen */
        get: operations["streamQueueEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues/{name}/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** The same as purge */
        delete: operations["deleteQueueJobs"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop handing out the jobs of a queue */
        post: operations["pauseQueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues/{name}/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove jobs of a queue by their state; needs a confirmation */
        post: operations["purgeQueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand out the jobs of a queue again */
        post: operations["resumeQueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/queues/{name}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many jobs are in which state */
        get: operations["getQueueStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/rate-limits/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a rate limit is used; for callers that may inspect every queue */
        get: operations["getRateLimit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/webhooks/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recent deliveries, newest first */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/webhooks/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a delivery */
        get: operations["getWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/webhooks/deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deliver once more what could not be delivered */
        post: operations["retryWebhookDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/webhooks/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The subscriptions of the caller; of everybody for an admin of all queues */
        get: operations["listWebhooks"];
        put?: never;
        /** Have events delivered to a URL; the answer is the only one that shows the secret */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/webhooks/subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a subscription */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /** Delete a subscription and what it has still to deliver */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /** Change a subscription */
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/ojs/v1/webhooks/subscriptions/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a subscription a new secret; the old one signs too for a while */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/webhooks/subscriptions/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an event webhook.test now */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workers/{worker_id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a worker of the caller last said of itself; 503 while it takes no jobs */
        get: operations["getWorkerHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workers/ack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report success (ACK) */
        post: operations["ackJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workers/ack/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report up to 100 successes, each decided for itself (an extension of this server, not part of OJS) */
        post: operations["ackJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workers/beat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as the heartbeat, under the name of the worker protocol */
        post: operations["beat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workers/fetch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Claim jobs (FETCH) */
        post: operations["fetchJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workers/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Extend leases, hear directives (BEAT) */
        post: operations["heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workers/nack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report failure (FAIL), or give a job back */
        post: operations["nackJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workers/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same in percent */
        post: operations["reportWorkerProgress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workers/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange a registration secret for a short-lived token of one worker */
        post: operations["registerWorker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the workflows all of whose queues the caller may inspect, newest first */
        get: operations["listWorkflows"];
        put?: never;
        /** Create and start a chain, group, batch or graph of jobs */
        post: operations["createWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ojs/v1/workflows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a workflow and the state of each step */
        get: operations["getWorkflow"];
        put?: never;
        post?: never;
        /** Cancel a workflow: what a worker has goes on, nothing else begins */
        delete: operations["cancelWorkflow"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether to send requests here: 503 while Redis is away and once the server stops */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AckAnswer: {
            /** @constant */
            acknowledged: true;
            completed_at: string;
            id: string;
            job: components["schemas"]["JobSummary"];
            job_id: string;
            state: components["schemas"]["JobState"];
        };
        AckBatchAnswer: {
            /** @description In the order of the request */
            results: components["schemas"]["AckBatchResult"][];
        };
        AckBatchRequest: {
            acks: components["schemas"]["AckRequest"][];
        };
        AckBatchResult: {
            /** @constant */
            acknowledged: true;
            completed_at: string;
            job_id: string;
            state: components["schemas"]["JobState"];
        } | {
            /** @constant */
            acknowledged: false;
            error: components["schemas"]["Error"];
            job_id: string;
        };
        AckRequest: {
            /** @description The attempt that the fetch answered with. With it, an answer that comes too late is refused even when the same worker holds a newer lease */
            attempt?: number;
            job_id: components["schemas"]["JobId"];
            /** @description The replay_count that the fetch answered with, of a job that was started anew after it was discarded; goes with attempt, which begins again each time */
            replay_count?: number;
            result?: unknown;
            worker_id?: components["schemas"]["WorkerId"];
        } & {
            [key: string]: unknown;
        };
        AdminDeadLetterAnswer: {
            /** @description The same as jobs, as ojs-admin-api has it */
            items: components["schemas"]["Job"][];
            jobs: components["schemas"]["Job"][];
            pagination: components["schemas"]["PagePlace"];
        };
        BatchAnswer: {
            count: number;
            /** @description Places of the jobs that existed already (unique jobs, ignore) */
            deduplicated?: number[];
            jobs: components["schemas"]["Job"][];
        };
        BatchRequest: {
            jobs: components["schemas"]["EnqueueRequest"][];
        };
        BulkAnswer: {
            /** @enum {string} */
            action: "cancel" | "retry" | "delete";
            cancelled?: number;
            deleted?: number;
            dry_run: boolean;
            errors: {
                error: string;
                job_id: string;
            }[];
            failed: number;
            has_more: boolean;
            items: {
                error?: {
                    code: string;
                    message: string;
                };
                index: number;
                job_id: string;
                reason?: string;
                /** @enum {string} */
                status: "cancelled" | "retried" | "deleted" | "matched" | "skipped";
            }[];
            matched: number;
            next_cursor?: string;
            retried?: number;
            skipped: number;
            succeeded: number;
            total_matched: number;
        };
        BulkEnqueueAnswer: {
            failed: number;
            items: components["schemas"]["BulkEnqueueItem"][];
            succeeded: number;
            total: number;
        };
        BulkEnqueueItem: {
            error?: {
                code: string;
                details?: {
                    [key: string]: unknown;
                };
                message: string;
            };
            index: number;
            job?: components["schemas"]["Job"];
            /** @enum {string} */
            status: "created" | "duplicate" | "failed";
        };
        BulkEnqueueRequest: {
            /** @enum {string} */
            atomicity?: "partial" | "atomic";
            jobs: components["schemas"]["EnqueueRequest"][];
        };
        BulkRequest: {
            /** @enum {string} */
            atomicity?: "partial" | "atomic";
            /** @description Must be true where a filter selects the jobs; ?confirm=true means the same */
            confirm?: boolean;
            /** @description The next_cursor of the answer before: goes on where that one ended */
            cursor?: string;
            /** @description Only tells what would be done */
            dry_run?: boolean;
            filter?: components["schemas"]["JobFilter"];
            job_ids?: components["schemas"]["JobId"][];
        };
        Checkpoint: {
            created_at: string;
            job_id: string;
            /** @description How many were saved since the first, or since the last was deleted */
            sequence: number;
            state: unknown;
        };
        CheckpointAnswer: {
            checkpoint: components["schemas"]["Checkpoint"];
            created_at: string;
            job_id: string;
            /** @description How many were saved since the first, or since the last was deleted */
            sequence: number;
            state: unknown;
        };
        CheckpointDeletedAnswer: {
            /** @description False where there was none */
            deleted: boolean;
            job_id: string;
        };
        CheckpointRequest: {
            /** @description The attempt that the fetch answered with. With it, an answer that comes too late is refused even when the same worker holds a newer lease */
            attempt?: number;
            /** @description The replay_count that the fetch answered with, of a job that was started anew after it was discarded; goes with attempt, which begins again each time */
            replay_count?: number;
            /** @description Any JSON value, null too; at most 1 MiB, by default */
            state: unknown;
            worker_id?: components["schemas"]["WorkerId"];
        } & {
            [key: string]: unknown;
        };
        CheckpointSavedAnswer: {
            checkpoint: {
                created_at: string;
                job_id: string;
                /** @description How many were saved since the first, or since the last was deleted */
                sequence: number;
            };
            created_at: string;
            job_id: string;
            /** @description How many were saved since the first, or since the last was deleted */
            sequence: number;
        };
        ClientAuthentication: {
            keys: {
                [key: string]: unknown;
            }[];
            /** @constant */
            method: "private_key_jwt";
        } | {
            certificate: {
                thumbprint: string;
            } | {
                authority: string;
                name: string;
                /** @enum {string} */
                san: "dns" | "uri" | "email";
            };
            /** @constant */
            method: "tls_client_auth";
        };
        CreateCredentialRequest: {
            expires_at?: components["schemas"]["Moment"];
            grants?: components["schemas"]["Grant"][];
            /** @description Default: api_key */
            kind?: components["schemas"]["CredentialKind"];
            label?: string;
            not_before?: components["schemas"]["Moment"];
            plane: components["schemas"]["Plane"];
            principal: string;
            /** @description What the permissions of the roles are limited to. Default: every queue */
            queues?: components["schemas"]["QueuePattern"][];
            roles: string[];
            /** @description Default: the tenant of the request; * spans all of them */
            tenant?: components["schemas"]["TenantId"] | "*" | "_default";
        };
        CreateQueueRequest: {
            config?: components["schemas"]["QueueConfig"];
            name: components["schemas"]["QueueName"];
        };
        CreateWebhook: {
            active?: boolean;
            events: components["schemas"]["EventPattern"][];
            filter?: components["schemas"]["WebhookFilter"];
            metadata?: {
                [key: string]: string;
            };
            secret?: components["schemas"]["WebhookSecret"];
            /** @description For one attempt; default 30,000 */
            timeout_ms?: number;
            url: string;
        };
        Credential: {
            /** @description How a client without a secret shows who it is */
            client?: components["schemas"]["ClientAuthentication"];
            created_at: string;
            created_by?: string;
            expires_at?: string;
            /** @description Raised by each rotation */
            generation: number;
            grants: components["schemas"]["Grant"][];
            id: components["schemas"]["CredentialId"];
            kind: components["schemas"]["CredentialKind"];
            label?: string;
            not_before?: string;
            plane: components["schemas"]["Plane"];
            /** @description Until then the secret before the last rotation is accepted too */
            previous_ends_at?: string;
            principal: string;
            queues: components["schemas"]["QueuePattern"][];
            revoked_at?: string;
            revoked_reason?: components["schemas"]["RevocationReason"];
            roles: string[];
            rotated_at?: string;
            /**
             * @description How the key appears in logs and records
             * @example ojs_prod_…zPz1
             */
            shown: string;
            /** @enum {string} */
            state: "live" | "not_yet_valid" | "expired" | "revoked";
            tenant: components["schemas"]["TenantId"] | "*" | "_default";
        };
        CredentialAnswer: {
            credential: components["schemas"]["Credential"];
        };
        /** @example CqmE9GYkzPz1 */
        CredentialId: string;
        /** @enum {string} */
        CredentialKind: "api_key" | "client" | "registration";
        CredentialsAnswer: {
            credentials: components["schemas"]["Credential"][];
            pagination: components["schemas"]["Pagination"];
        };
        CredentialWithKeyAnswer: {
            credential: components["schemas"]["Credential"];
            /** @description Shown only now */
            key: string;
        };
        CronAnswer: {
            cron: components["schemas"]["CronJob"];
            cron_job: components["schemas"]["CronJob"];
        };
        CronDeletedAnswer: {
            cron: components["schemas"]["CronJob"];
            cron_job: components["schemas"]["CronJob"];
            /** @constant */
            deleted: true;
            name: string;
        };
        CronFiring: {
            fired_at: string;
            /** @description The job that came of it, or that kept it from coming */
            job_id?: string;
            /** @description Later firings that this one stands for, after a downtime */
            missed?: number;
            /** @enum {string} */
            outcome: "triggered" | "skipped";
            /** @enum {string} */
            reason?: "overlap_skip" | "dst_skip" | "permission_denied" | "queue_closed" | "unique_conflict";
            scheduled_at: string;
            /** @enum {string} */
            trigger: "schedule" | "manual";
        };
        CronHistoryAnswer: {
            history: components["schemas"]["CronFiring"][];
            name: string;
        };
        CronJob: {
            args: unknown[];
            created_at: string;
            cron: string;
            description: string | null;
            enabled: boolean;
            expression: string;
            job_template: {
                [key: string]: unknown;
            };
            last_run_at: string | null;
            meta?: {
                [key: string]: unknown;
            };
            name: string;
            next_run_at: string | null;
            options: {
                [key: string]: unknown;
            };
            overlap_policy: components["schemas"]["OverlapPolicy"];
            /** @description The principal with whose rights it fires */
            owner: string;
            run_count: number;
            /** @enum {string} */
            status: "active" | "paused";
            timezone: string;
            type: string;
            updated_at: string;
        };
        /** @example daily-report */
        CronName: string;
        CronPatch: {
            enabled: boolean;
        };
        CronRequest: {
            args?: unknown[];
            /** @description Five fields, six with seconds, @daily or @every 1h30m */
            cron?: string;
            /** @description The HTTP binding’s word for scheduled_at, which wins */
            delay_until?: components["schemas"]["Moment"] | null;
            description?: string | null;
            enabled?: boolean;
            expires_at?: components["schemas"]["Moment"] | null;
            /** @description Another word for cron */
            expression?: string;
            id?: components["schemas"]["JobId"];
            job_template?: {
                args?: unknown[];
                /** @description The HTTP binding’s word for scheduled_at, which wins */
                delay_until?: components["schemas"]["Moment"] | null;
                expires_at?: components["schemas"]["Moment"] | null;
                id?: components["schemas"]["JobId"];
                meta?: components["schemas"]["Meta"];
                metadata?: {
                    [key: string]: unknown;
                };
                options?: {
                    /** @description The HTTP binding’s word for scheduled_at, which wins */
                    delay_until?: components["schemas"]["Moment"] | null;
                    expires_at?: components["schemas"]["Moment"] | null;
                    metadata?: {
                        [key: string]: unknown;
                    };
                    pending?: boolean;
                    /** @description Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10 */
                    priority?: number;
                    queue?: components["schemas"]["QueueName"];
                    rate_limit?: components["schemas"]["RateLimit"];
                    /** @description Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too */
                    result_ttl?: number;
                    retry?: components["schemas"]["RetryPolicy"];
                    scheduled_at?: components["schemas"]["Moment"] | null;
                    tags?: string[];
                    /** @description Seconds; 0 means the default */
                    timeout?: number;
                    /** @description Milliseconds; wins over timeout */
                    timeout_ms?: number;
                    unique?: components["schemas"]["UniquePolicy"] | null;
                    /** @description Seconds */
                    visibility_timeout?: number;
                    visibility_timeout_ms?: number;
                } & {
                    [key: string]: unknown;
                };
                pending?: boolean;
                /** @description Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10 */
                priority?: number;
                queue?: components["schemas"]["QueueName"];
                rate_limit?: components["schemas"]["RateLimit"];
                /** @description Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too */
                result_ttl?: number;
                retry?: components["schemas"]["RetryPolicy"];
                scheduled_at?: components["schemas"]["Moment"] | null;
                schema?: string;
                specversion?: string;
                tags?: string[];
                /** @description Seconds; 0 means the default */
                timeout?: number;
                /** @description Milliseconds; wins over timeout */
                timeout_ms?: number;
                type?: components["schemas"]["JobType"];
                unique?: components["schemas"]["UniquePolicy"] | null;
                version?: components["schemas"]["JobVersion"] | null;
                /** @description Seconds */
                visibility_timeout?: number;
                visibility_timeout_ms?: number;
            } & {
                [key: string]: unknown;
            };
            meta?: components["schemas"]["Meta"];
            metadata?: {
                [key: string]: unknown;
            };
            name: components["schemas"]["CronName"];
            options?: {
                /** @description The HTTP binding’s word for scheduled_at, which wins */
                delay_until?: components["schemas"]["Moment"] | null;
                expires_at?: components["schemas"]["Moment"] | null;
                metadata?: {
                    [key: string]: unknown;
                };
                pending?: boolean;
                /** @description Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10 */
                priority?: number;
                queue?: components["schemas"]["QueueName"];
                rate_limit?: components["schemas"]["RateLimit"];
                /** @description Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too */
                result_ttl?: number;
                retry?: components["schemas"]["RetryPolicy"];
                scheduled_at?: components["schemas"]["Moment"] | null;
                tags?: string[];
                /** @description Seconds; 0 means the default */
                timeout?: number;
                /** @description Milliseconds; wins over timeout */
                timeout_ms?: number;
                unique?: components["schemas"]["UniquePolicy"] | null;
                /** @description Seconds */
                visibility_timeout?: number;
                visibility_timeout_ms?: number;
            } & {
                [key: string]: unknown;
            };
            overlap_policy?: components["schemas"]["OverlapPolicy"];
            pending?: boolean;
            /** @description Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10 */
            priority?: number;
            queue?: components["schemas"]["QueueName"];
            rate_limit?: components["schemas"]["RateLimit"];
            /** @description Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too */
            result_ttl?: number;
            retry?: components["schemas"]["RetryPolicy"];
            scheduled_at?: components["schemas"]["Moment"] | null;
            schema?: string;
            specversion?: string;
            tags?: string[];
            /** @description Seconds; 0 means the default */
            timeout?: number;
            /** @description Milliseconds; wins over timeout */
            timeout_ms?: number;
            /**
             * @description A name of the IANA time zone database; UTC if absent
             * @example Europe/Berlin
             */
            timezone?: string;
            type?: components["schemas"]["JobType"];
            unique?: components["schemas"]["UniquePolicy"] | null;
            version?: components["schemas"]["JobVersion"] | null;
            /** @description Seconds */
            visibility_timeout?: number;
            visibility_timeout_ms?: number;
        } & {
            [key: string]: unknown;
        };
        CronsAnswer: {
            count: number;
            cron_jobs: components["schemas"]["CronJob"][];
            crons: components["schemas"]["CronJob"][];
            pagination: {
                has_more: boolean;
                limit: number;
                next_cursor?: string;
                offset: number;
                page: number;
                per_page: number;
                total: number;
            };
        };
        CronTriggeredAnswer: {
            cron: components["schemas"]["CronJob"];
            cron_job: components["schemas"]["CronJob"];
            job: components["schemas"]["Job"];
        };
        DeadLetterAnswer: {
            jobs: components["schemas"]["Job"][];
            pagination: components["schemas"]["PagePlace"];
        };
        DeadLetterBulkRequest: {
            /** @description Must be true where a filter selects the jobs; ?confirm=true means the same */
            confirm?: boolean;
            /** @description The next_cursor of the answer before: goes on where that one ended */
            cursor?: string;
            /** @description Only tells what would be done */
            dry_run?: boolean;
            filter?: {
                /** @description Type of the error that ended the job */
                error_type?: string;
                queue?: components["schemas"]["QueueName"];
                /** @description Discarded at that moment or later */
                since?: components["schemas"]["Timestamp"];
                type?: components["schemas"]["JobTypePattern"];
                /** @description Discarded at that moment or before */
                until?: components["schemas"]["Timestamp"];
            };
        };
        DeadLetterPurgeRequest: {
            /** @description Must be true where a filter selects the jobs; ?confirm=true means the same */
            confirm?: boolean;
            /** @description The next_cursor of the answer before: goes on where that one ended */
            cursor?: string;
            /** @description Only tells what would be done */
            dry_run?: boolean;
            /** @description Type of the error that ended the job */
            error_type?: string;
            filter?: {
                /** @description Type of the error that ended the job */
                error_type?: string;
                queue?: components["schemas"]["QueueName"];
                /** @description Discarded at that moment or later */
                since?: components["schemas"]["Timestamp"];
                type?: components["schemas"]["JobTypePattern"];
                /** @description Discarded at that moment or before */
                until?: components["schemas"]["Timestamp"];
            };
            older_than?: components["schemas"]["Timestamp"];
            queue?: components["schemas"]["QueueName"];
            /** @description Discarded at that moment or later */
            since?: components["schemas"]["Timestamp"];
            type?: components["schemas"]["JobTypePattern"];
            /** @description Discarded at that moment or before */
            until?: components["schemas"]["Timestamp"];
        };
        DeadLetterStatsAnswer: {
            /** @description Of the newest `looked_at` */
            by_error_type: {
                [key: string]: number;
            };
            by_queue: {
                [key: string]: number;
            };
            looked_at: number;
            newest_at?: string;
            oldest_at?: string;
            retention: {
                max_age: string;
                max_count: number;
                next_prune_at?: string;
            };
            total: number;
        };
        DeletedAnswer: {
            /** @constant */
            deleted: true;
            job_id: string;
        };
        DeleteQueueRequest: {
            confirm?: boolean;
            /** @enum {string} */
            strategy?: "reject" | "discard";
        };
        /**
         * Format: duration
         * @example PT1S
         */
        Duration: string;
        ElevateAnswer: {
            access_token: string;
            /** @description Seconds; it ends earlier with the credential that was elevated */
            expires_in: number;
            /** @enum {string} */
            token_type: "Bearer" | "DPoP";
        };
        ElevateRequest: {
            /** @description What the authenticator shows now; each code is taken once */
            code?: string;
            /** @description Instead of a code, when the authenticator is lost; each is taken once */
            recovery_code?: string;
        };
        EnqueueAnswer: {
            /** @description The job existed already (unique jobs, ignore); status 200 */
            deduplicated?: boolean;
            job: components["schemas"]["Job"];
        };
        EnqueueRequest: {
            args: unknown[];
            /** @description The HTTP binding’s word for scheduled_at, which wins */
            delay_until?: components["schemas"]["Moment"] | null;
            expires_at?: components["schemas"]["Moment"] | null;
            id?: components["schemas"]["JobId"];
            meta?: components["schemas"]["Meta"];
            metadata?: {
                [key: string]: unknown;
            };
            options?: {
                /** @description The HTTP binding’s word for scheduled_at, which wins */
                delay_until?: components["schemas"]["Moment"] | null;
                expires_at?: components["schemas"]["Moment"] | null;
                metadata?: {
                    [key: string]: unknown;
                };
                pending?: boolean;
                /** @description Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10 */
                priority?: number;
                queue?: components["schemas"]["QueueName"];
                rate_limit?: components["schemas"]["RateLimit"];
                /** @description Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too */
                result_ttl?: number;
                retry?: components["schemas"]["RetryPolicy"];
                scheduled_at?: components["schemas"]["Moment"] | null;
                tags?: string[];
                /** @description Seconds; 0 means the default */
                timeout?: number;
                /** @description Milliseconds; wins over timeout */
                timeout_ms?: number;
                unique?: components["schemas"]["UniquePolicy"] | null;
                /** @description Seconds */
                visibility_timeout?: number;
                visibility_timeout_ms?: number;
            } & {
                [key: string]: unknown;
            };
            pending?: boolean;
            /** @description Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10 */
            priority?: number;
            queue?: components["schemas"]["QueueName"];
            rate_limit?: components["schemas"]["RateLimit"];
            /** @description Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too */
            result_ttl?: number;
            retry?: components["schemas"]["RetryPolicy"];
            scheduled_at?: components["schemas"]["Moment"] | null;
            schema?: string;
            specversion?: string;
            tags?: string[];
            /** @description Seconds; 0 means the default */
            timeout?: number;
            /** @description Milliseconds; wins over timeout */
            timeout_ms?: number;
            type: components["schemas"]["JobType"];
            unique?: components["schemas"]["UniquePolicy"] | null;
            version?: components["schemas"]["JobVersion"] | null;
            /** @description Seconds */
            visibility_timeout?: number;
            visibility_timeout_ms?: number;
        } & {
            [key: string]: unknown;
        };
        Error: {
            code: string;
            details?: {
                [key: string]: unknown;
            };
            docs_url?: string;
            /** @description What to do next */
            hint?: string;
            message: string;
            request_id: string;
            retryable: boolean;
            /** @description validation_error where a field broke a rule */
            type?: string;
        };
        ErrorAnswer: {
            error: components["schemas"]["Error"];
        };
        Event: {
            data: {
                [key: string]: unknown;
            };
            id: string;
            source: string;
            /** @constant */
            specversion: "1.0";
            subject?: string;
            time: string;
            type: components["schemas"]["EventType"];
        };
        /** @enum {string} */
        EventPattern: "*" | "job.*" | "rate_limit.*" | "dead_letter.*" | "queue.*" | "worker.*" | "workflow.*" | "cron.*" | "job.enqueued" | "job.scheduled" | "job.started" | "job.heartbeat" | "job.progress" | "job.checkpointed" | "job.completed" | "job.failed" | "job.retrying" | "job.discarded" | "job.cancelled" | "job.expired" | "rate_limit.exceeded" | "rate_limit.released" | "rate_limit.dropped" | "rate_limit.dynamic_adjusted" | "dead_letter.added" | "dead_letter.retried" | "dead_letter.deleted" | "dead_letter.pruned" | "queue.paused" | "queue.resumed" | "queue.draining" | "queue.created" | "queue.config_updated" | "queue.deleted" | "worker.started" | "worker.heartbeat" | "worker.quiet" | "worker.stopped" | "workflow.created" | "workflow.started" | "workflow.step_completed" | "workflow.step_failed" | "workflow.job_completed" | "workflow.job_failed" | "workflow.callback_fired" | "workflow.completed" | "workflow.failed" | "workflow.cancelled" | "cron.triggered" | "cron.skipped";
        EventsAnswer: {
            /** @description For `after`: where the next page begins */
            cursor?: string;
            events: components["schemas"]["Event"][];
            has_more: boolean;
        };
        /** @enum {string} */
        EventType: "job.enqueued" | "job.scheduled" | "job.started" | "job.heartbeat" | "job.progress" | "job.checkpointed" | "job.completed" | "job.failed" | "job.retrying" | "job.discarded" | "job.cancelled" | "job.expired" | "rate_limit.exceeded" | "rate_limit.released" | "rate_limit.dropped" | "rate_limit.dynamic_adjusted" | "dead_letter.added" | "dead_letter.retried" | "dead_letter.deleted" | "dead_letter.pruned" | "queue.paused" | "queue.resumed" | "queue.draining" | "queue.created" | "queue.config_updated" | "queue.deleted" | "worker.started" | "worker.heartbeat" | "worker.quiet" | "worker.stopped" | "workflow.created" | "workflow.started" | "workflow.step_completed" | "workflow.step_failed" | "workflow.job_completed" | "workflow.job_failed" | "workflow.callback_fired" | "workflow.completed" | "workflow.failed" | "workflow.cancelled" | "cron.triggered" | "cron.skipped";
        FetchAnswer: {
            jobs: components["schemas"]["Job"][];
        };
        FetchRequest: {
            count?: number;
            handlers?: components["schemas"]["Handlers"];
            queues: components["schemas"]["QueueName"][];
            visibility_timeout_ms?: number;
            /** @description How long to wait for a job, at most 25,000; absent or 0 answers at once */
            wait_ms?: number;
            worker_id?: components["schemas"]["WorkerId"];
        } & {
            [key: string]: unknown;
        };
        Grant: {
            /**
             * @default allow
             * @enum {string}
             */
            effect: "allow" | "deny";
            permissions: components["schemas"]["Permission"][];
            queues: components["schemas"]["QueuePattern"][];
        };
        /** @description Which versions of which job types the worker takes; `versions` absent: any. It is then handed no versioned job beside these, and unversioned ones as before. Absent: as it last said; []: it says nothing of versions */
        Handlers: ({
            type: components["schemas"]["JobType"];
            versions?: components["schemas"]["VersionRange"] | null;
        } & {
            [key: string]: unknown;
        })[];
        HealthAnswer: {
            backend: {
                /** @enum {string} */
                status: "ok" | "unhealthy";
            };
            /** @enum {string} */
            status: "ok" | "degraded";
        };
        HeartbeatAnswer: {
            /** @constant */
            acknowledged: true;
            jobs_extended: string[];
            /** @description Jobs of the request on which the caller holds no lease any more; stop working on them */
            jobs_lost: string[];
            server_time: string;
            /** @enum {string} */
            state: "running" | "quiet" | "terminate";
        };
        HeartbeatRequest: {
            active_job_ids?: components["schemas"]["JobId"][];
            active_jobs?: components["schemas"]["JobId"][] | number;
            handlers?: components["schemas"]["Handlers"];
            /** @description The worker will end when its jobs have */
            shutdown?: boolean;
            /**
             * @description Absent: as it last said. In all states but running the worker is handed no jobs
             * @enum {string}
             */
            state?: "running" | "quiet" | "terminate" | "drain";
            visibility_timeout_ms?: number;
            worker_id: components["schemas"]["WorkerId"];
        } & {
            [key: string]: unknown;
        };
        HistoryAnswer: {
            /** @description Oldest first */
            events: components["schemas"]["HistoryEvent"][];
            next_cursor: string | null;
            total: number;
        };
        HistoryDeleted: {
            /** @constant */
            deleted: true;
            events_deleted: number;
        };
        HistoryEvent: {
            actor: {
                id?: string;
                /** @enum {string} */
                type: "worker" | "client" | "system" | "user";
            };
            data: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            event_type: "job.created" | "job.state_changed" | "job.attempt_started" | "job.attempt_completed" | "job.attempt_failed" | "job.cancelled" | "job.discarded";
            id: string;
            job_id: string;
            timestamp: string;
        };
        Job: {
            args: unknown[];
            attempt: number;
            cancelled_at?: string;
            /** @description What an earlier attempt saved; only in the answer to a fetch */
            checkpoint?: {
                created_at: string;
                sequence: number;
                state: unknown;
            };
            completed_at?: string;
            created_at: string;
            discarded_at?: string;
            enqueued_at?: string;
            /** @description The principal that sent the job */
            enqueued_by?: string;
            error?: components["schemas"]["JobError"];
            errors?: components["schemas"]["JobError"][];
            expires_at?: string;
            id: string;
            /** @description The state of that checkpoint, where it came with a progress report */
            last_checkpoint?: unknown;
            lease_expires_at?: string;
            max_attempts: number;
            meta: {
                [key: string]: unknown;
            };
            next_attempt_at?: string;
            /** @description The same as next_attempt_at, as ojs-retry has it */
            next_retry_at?: string;
            /** @description To workers: the results of the steps before, by place (ojs-workflows §7) */
            parent_results?: unknown[];
            /** @description The errors of the life that ended before it was started anew */
            previous_errors?: components["schemas"]["JobError"][];
            priority: number;
            /** @description 0 to 1, where the attempt reported it */
            progress?: number;
            progress_data?: {
                [key: string]: unknown;
            };
            progress_message?: string;
            progress_updated_at?: string;
            queue: string;
            rate_limit?: components["schemas"]["RateLimit"];
            /** @description The jobs that were cancelled for this one */
            replaces?: string[];
            /** @description How often it was started anew after it was discarded */
            replay_count?: number;
            result?: unknown;
            result_expires_at?: string;
            /** @description When its result_ttl was over, and the result dropped */
            result_pruned_at?: string;
            result_size_bytes?: number;
            result_stored_at?: string;
            result_ttl?: number;
            retry?: components["schemas"]["RetryPolicy"];
            retry_delay_ms?: number;
            scheduled_at?: string;
            schema?: string;
            specversion: string;
            started_at?: string;
            state: components["schemas"]["JobState"];
            tags?: string[];
            timeout_ms?: number;
            type: string;
            unique?: components["schemas"]["UniquePolicy"];
            version?: components["schemas"]["JobVersion"];
            visibility_timeout_ms?: number;
            /** @description The workflow that the job is a step of */
            workflow_id?: string;
            /** @description To workers: which of its jobs it is, from 0 */
            workflow_step?: number;
            /** @description To workers: what the workflow is */
            workflow_type?: string;
        } & {
            [key: string]: unknown;
        };
        JobAckRequest: {
            /** @description The attempt that the fetch answered with. With it, an answer that comes too late is refused even when the same worker holds a newer lease */
            attempt?: number;
            /** @description The replay_count that the fetch answered with, of a job that was started anew after it was discarded; goes with attempt, which begins again each time */
            replay_count?: number;
            result?: unknown;
            worker_id?: components["schemas"]["WorkerId"];
        } & {
            [key: string]: unknown;
        };
        JobAnswer: {
            job: components["schemas"]["Job"];
        };
        JobError: {
            attempt: number;
            backtrace?: string[];
            code: string;
            details?: {
                [key: string]: unknown;
            };
            message: string;
            occurred_at: string;
            retryable?: boolean;
            type: string;
        } & {
            [key: string]: unknown;
        };
        JobErrorReport: {
            backtrace?: string[];
            code?: string;
            details?: {
                [key: string]: unknown;
            };
            message: string;
            /** @description Nothing of the job’s rate limit begins before this moment, at most a day ahead */
            rate_limit_until?: components["schemas"]["Timestamp"];
            retryable?: boolean;
            type?: string;
        } & {
            [key: string]: unknown;
        };
        JobFilter: {
            enqueued_after?: components["schemas"]["Timestamp"];
            enqueued_before?: components["schemas"]["Timestamp"];
            /** @description Type of the last error */
            error_type?: string;
            meta?: {
                [key: string]: unknown;
            };
            priority?: number;
            queue?: components["schemas"]["QueueName"];
            /** @description Created after */
            since?: components["schemas"]["Timestamp"];
            state?: components["schemas"]["JobState"] | components["schemas"]["JobState"][];
            /** @description All of these */
            tags?: string[];
            type?: components["schemas"]["JobTypePattern"];
            /** @description Created before */
            until?: components["schemas"]["Timestamp"];
        };
        /** @example 019461a8-1a2b-7c3d-8e4f-5a6b7c8d9e0f */
        JobId: string;
        JobNackRequest: {
            /** @description The attempt that the fetch answered with. With it, an answer that comes too late is refused even when the same worker holds a newer lease */
            attempt?: number;
            error?: components["schemas"]["JobErrorReport"];
            /** @description The replay_count that the fetch answered with, of a job that was started anew after it was discarded; goes with attempt, which begins again each time */
            replay_count?: number;
            requeue?: boolean;
            worker_id?: components["schemas"]["WorkerId"];
        } & {
            [key: string]: unknown;
        };
        JobOptions: {
            /** @description The HTTP binding’s word for scheduled_at, which wins */
            delay_until?: components["schemas"]["Moment"] | null;
            expires_at?: components["schemas"]["Moment"] | null;
            metadata?: {
                [key: string]: unknown;
            };
            pending?: boolean;
            /** @description Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10 */
            priority?: number;
            queue?: components["schemas"]["QueueName"];
            rate_limit?: components["schemas"]["RateLimit"];
            /** @description Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too */
            result_ttl?: number;
            retry?: components["schemas"]["RetryPolicy"];
            scheduled_at?: components["schemas"]["Moment"] | null;
            tags?: string[];
            /** @description Seconds; 0 means the default */
            timeout?: number;
            /** @description Milliseconds; wins over timeout */
            timeout_ms?: number;
            unique?: components["schemas"]["UniquePolicy"] | null;
            /** @description Seconds */
            visibility_timeout?: number;
            visibility_timeout_ms?: number;
        };
        /** @enum {string} */
        JobState: "scheduled" | "available" | "pending" | "active" | "completed" | "retryable" | "cancelled" | "discarded";
        JobSummary: {
            attempt: number;
            id: string;
            max_attempts: number;
            queue: string;
            state: components["schemas"]["JobState"];
            type: string;
        };
        /** @example email.send */
        JobType: string;
        /** @example email.* */
        JobTypePattern: string;
        /** @example 2.0 */
        JobVersion: number | string;
        JwksAnswer: {
            keys: {
                [key: string]: unknown;
            }[];
        };
        Manifest: {
            backend: string;
            capabilities: {
                [key: string]: boolean;
            };
            conformance_level: number;
            /** @enum {string} */
            conformance_tier: "parser" | "runtime" | "full";
            endpoints: {
                [key: string]: string;
            };
            extensions: {
                experimental: {
                    name: string;
                    uri: string;
                    version: string;
                }[];
                official: {
                    name: string;
                    uri: string;
                    version: string;
                }[];
            };
            implementation: {
                language: string;
                name: string;
                version: string;
            };
            /** @constant */
            ojs_version: "1.0";
            protocols: string[];
            /** @constant */
            specversion: "1.0";
            /** @constant */
            unique_job_strength: "strong";
        };
        Meta: {
            [key: string]: unknown;
        };
        /** @example +PT5M */
        Moment: string;
        NackAnswer: {
            attempt: number;
            completed_at?: string;
            discarded_at?: string;
            id: string;
            job: components["schemas"]["JobSummary"];
            job_id: string;
            max_attempts: number;
            next_attempt_at?: string;
            retry_delay_ms?: number;
            state: components["schemas"]["JobState"];
        };
        NackRequest: {
            /** @description The attempt that the fetch answered with. With it, an answer that comes too late is refused even when the same worker holds a newer lease */
            attempt?: number;
            error?: components["schemas"]["JobErrorReport"];
            job_id: components["schemas"]["JobId"];
            /** @description The replay_count that the fetch answered with, of a job that was started anew after it was discarded; goes with attempt, which begins again each time */
            replay_count?: number;
            requeue?: boolean;
            worker_id?: components["schemas"]["WorkerId"];
        } & {
            [key: string]: unknown;
        };
        /** @enum {string} */
        OverlapPolicy: "skip" | "allow" | "cancel_previous" | "enqueue" | "replace" | "queue";
        PagePlace: {
            has_more: boolean;
            limit: number;
            next_cursor?: string;
            offset: number;
            page: number;
            per_page: number;
            total: number;
        };
        Pagination: {
            has_more: boolean;
            limit: number;
            next_cursor?: string;
            offset: number;
            total: number;
        };
        /** @enum {string} */
        Permission: "enqueue" | "dequeue" | "cancel" | "inspect" | "admin";
        /** @enum {string} */
        Plane: "producer" | "worker" | "admin";
        Progress: {
            data: {
                [key: string]: unknown;
            } | null;
            job_id: string;
            message: string | null;
            /** @description 0 to 1 */
            progress: number | null;
            state: components["schemas"]["JobState"];
            updated_at: string | null;
        };
        ProgressAnswer: {
            /** @description False where no attempt is under way: such a report is ignored */
            accepted: boolean;
            data?: {
                [key: string]: unknown;
            } | null;
            job_id: string;
            message?: string | null;
            /** @description 0 to 1 */
            progress?: number | null;
            state: components["schemas"]["JobState"];
            updated_at?: string | null;
        };
        ProgressRequest: {
            /** @description The attempt that the fetch answered with. With it, an answer that comes too late is refused even when the same worker holds a newer lease */
            attempt?: number;
            /** @description Saved as the job’s checkpoint, in the same step */
            checkpoint?: unknown;
            /** @description At most 16 KiB of JSON, by default */
            data?: {
                [key: string]: unknown;
            } | null;
            message?: string | null;
            /** @description 0 to 1; clamped, and never goes down within an attempt */
            progress?: number | null;
            /** @description The replay_count that the fetch answered with, of a job that was started anew after it was discarded; goes with attempt, which begins again each time */
            replay_count?: number;
            worker_id?: components["schemas"]["WorkerId"];
        } & {
            [key: string]: unknown;
        };
        PurgedAnswer: {
            has_more: boolean;
            purged_count: number;
            queue: string;
            states: components["schemas"]["JobState"][];
        };
        PurgeRequest: {
            confirm?: boolean;
            /** @description Only what ended before; for completed, cancelled, discarded */
            older_than?: components["schemas"]["Moment"];
            /** @description Absent: all that wait (available, scheduled, retryable, pending) */
            states?: ("scheduled" | "available" | "pending" | "completed" | "retryable" | "cancelled" | "discarded")[];
        };
        Queue: {
            created_at: string;
            name: string;
            paused: boolean;
            status: components["schemas"]["QueueStatus"];
        };
        QueueAnswer: {
            config: components["schemas"]["QueueConfig"];
            created_at: string;
            name: string;
            queue: {
                created_at: string;
                name: string;
                paused: boolean;
                status: components["schemas"]["QueueStatus"];
            };
            state: components["schemas"]["QueueStatus"];
            stats: {
                active: number;
                available: number;
                cancelled: number;
                completed: number;
                depth: number;
                discarded: number;
                pending: number;
                retryable: number;
                scheduled: number;
            };
        };
        QueueConfig: {
            /** @description Jobs of the queue active at once */
            concurrency?: number;
            /** @description Starts of jobs of the queue in a period */
            rate_limit?: components["schemas"]["Rate"];
        };
        QueueConfigAnswer: {
            config: components["schemas"]["QueueConfig"];
            name: string;
        };
        QueueDeletedAnswer: {
            jobs_affected: number;
            queue: string;
            /** @enum {string} */
            state: "deleted" | "draining";
            /** @enum {string} */
            strategy: "reject" | "discard";
        };
        /** @example email */
        QueueName: string;
        /** @example billing.* */
        QueuePattern: string;
        QueuePausedAnswer: {
            name: string;
            paused: boolean;
            paused_at?: string;
            queue: {
                name: string;
                paused: boolean;
            };
            resumed_at?: string;
            status: components["schemas"]["QueueStatus"];
        };
        QueuesAnswer: {
            pagination: components["schemas"]["Pagination"];
            queues: components["schemas"]["Queue"][];
        };
        QueueStatsAnswer: {
            active: number;
            available: number;
            cancelled: number;
            completed: number;
            computed_at: string;
            discarded: number;
            name: string;
            paused: boolean;
            pending: number;
            queue: {
                active: number;
                available: number;
                cancelled: number;
                completed: number;
                discarded: number;
                name: string;
                paused: boolean;
                pending: number;
                retryable: number;
                scheduled: number;
            };
            retryable: number;
            scheduled: number;
            stats: {
                active: number;
                available: number;
                cancelled: number;
                completed: number;
                depth: number;
                discarded: number;
                pending: number;
                queue: string;
                retryable: number;
                scheduled: number;
            };
            status: components["schemas"]["QueueStatus"];
        };
        /** @enum {string} */
        QueueStatus: "active" | "paused" | "draining";
        Rate: {
            limit: number;
            period: components["schemas"]["Duration"];
        };
        RateLimit: {
            /** @description Jobs of the key that are active at once */
            concurrency?: number | null;
            key?: components["schemas"]["RateLimitKey"];
            max_per_second?: number;
            /** @enum {string} */
            on_limit?: "wait" | "reschedule" | "drop";
            period?: ("second" | "minute" | "hour" | "day") | components["schemas"]["Duration"];
            rate?: (number | components["schemas"]["Rate"]) | null;
            /** @description Starts that are evenly spaced */
            throttle?: components["schemas"]["Rate"] | null;
        };
        RateLimitAnswer: {
            concurrency: {
                active: number;
                available?: number;
                limit?: number;
            };
            key: string;
            rate?: {
                current_count: number;
                limit: number;
                period: components["schemas"]["Duration"];
                window_resets_at: string;
            };
            throttle?: {
                limit: number;
                next_allowed_at: string;
                period: components["schemas"]["Duration"];
            };
            waiting_count: number;
        };
        /** @example stripe-api */
        RateLimitKey: string;
        ReadyAnswer: {
            /** @enum {string} */
            status: "ready" | "not_ready";
        };
        RegisterWorkerAnswer: {
            access_token: string;
            /** @description Seconds; register again before */
            expires_in: number;
            /** @constant */
            ok: true;
            server_time: string;
            /** @enum {string} */
            token_type: "Bearer" | "DPoP";
            /** @description Seconds */
            visibility_timeout_default: number;
            worker_id: string;
        };
        RegisterWorkerRequest: {
            concurrency?: number;
            hostname?: string;
            labels?: string[];
            pid?: number;
            /** @description The token reaches these only. Absent: every queue of the registration */
            queues?: components["schemas"]["QueueName"][];
            started_at?: components["schemas"]["Timestamp"];
            /** @description Of this process: the token speaks for it and no other */
            worker_id: components["schemas"]["WorkerId"];
        };
        ResultAnswer: {
            error?: components["schemas"]["JobError"];
            job_id: string;
            /** @description null where the job did not complete, or with nothing */
            result: unknown;
            result_expires_at?: string;
            result_size_bytes?: number;
            result_stored_at?: string;
            state: components["schemas"]["JobState"];
        };
        ResultsAnswer: {
            /** @description By id; result is null until the job has completed, and again when it was dropped */
            results: {
                [key: string]: {
                    error?: components["schemas"]["JobError"];
                    result: unknown;
                    state: components["schemas"]["JobState"];
                } | null;
            };
        };
        ResultsRequest: {
            ids: components["schemas"]["JobId"][];
        };
        RetryPolicy: {
            backoff_coefficient?: number;
            /** @enum {string} */
            backoff_strategy?: "none" | "constant" | "linear" | "exponential" | "polynomial";
            /** @description Another word for initial_interval_ms, which wins */
            initial_delay_ms?: number;
            /**
             * Format: duration
             * @example PT1S
             */
            initial_interval?: components["schemas"]["Duration"];
            initial_interval_ms?: number;
            jitter?: boolean;
            max_attempts?: number;
            max_interval?: components["schemas"]["Duration"];
            max_interval_ms?: number;
            non_retryable_errors?: string[];
            /** @enum {string} */
            on_exhaustion?: "discard" | "dead_letter";
            /**
             * @description Another word for backoff_strategy, which wins
             * @enum {string}
             */
            strategy?: "none" | "constant" | "linear" | "exponential" | "polynomial";
        };
        /** @enum {string} */
        RevocationReason: "compromised" | "superseded" | "unspecified";
        RevokeCredentialRequest: {
            reason?: components["schemas"]["RevocationReason"];
        };
        RevokedTokenAnswer: {
            jti: components["schemas"]["TokenId"];
            /** @constant */
            revoked: true;
        };
        RevokeRequest: {
            token: string;
            token_type_hint?: string;
        };
        RotateCredentialRequest: {
            /** @description Absent: the end of the credential stays as it is */
            expires_at?: components["schemas"]["Moment"] | null;
            /** @description Rotate only if nobody rotated since the credential had this generation */
            generation?: number;
            /** @description How long the secret before is accepted too. Default: the setting; 0: not at all */
            grace_seconds?: number;
        };
        RotateSigningKeyAnswer: {
            key: components["schemas"]["SigningKey"];
        };
        RotateSigningKeyRequest: {
            /** @description How long the old key verifies; 0 ends every token at once */
            grace_seconds?: number;
        };
        RotateWebhookSecret: {
            /** @description How long the old secret signs too; default 24 hours */
            grace_ms?: number;
            secret?: components["schemas"]["WebhookSecret"];
        };
        ServerMetadata: {
            [key: string]: unknown;
        };
        SigningKey: {
            created_at: components["schemas"]["Timestamp"];
            kid: string;
            retires_at?: components["schemas"]["Timestamp"];
        };
        SigningKeysAnswer: {
            keys: components["schemas"]["SigningKey"][];
        };
        /** @enum {string} */
        StepState: "waiting" | "pending" | "active" | "completed" | "failed" | "cancelled" | "skipped" | "running";
        /** @example acme */
        TenantId: string;
        /**
         * Format: date-time
         * @example 2026-02-12T10:30:00.000Z
         */
        Timestamp: string;
        TokenAnswer: {
            access_token: string;
            expires_in: number;
            issued_token_type?: string;
            scope?: string;
            /** @enum {string} */
            token_type: "Bearer" | "DPoP";
        };
        TokenId: string;
        TokenRequest: {
            audience?: string;
            /** @description certificate: bind the token to that of this connection */
            binding?: string;
            client_assertion?: string;
            client_assertion_type?: string;
            client_id?: string;
            /** @description Thumbprint of the key that the token is bound to */
            dpop_jkt?: string;
            /** @description Seconds, at most 3,600 */
            expires_in?: string;
            /** @description client_credentials, or urn:ietf:params:oauth:grant-type:token-exchange for a token with less */
            grant_type: string;
            /** @description The only job that the token can see */
            job?: string;
            /** @description Names and patterns of queues, with spaces between them */
            queues?: string;
            requested_token_type?: string;
            /** @description Such as ojs:inspect ojs:enqueue:billing.* */
            scope?: string;
            /** @description The credential, where Authorization does not hold it */
            subject_token?: string;
            subject_token_type?: string;
            /** @description Types that can be enqueued, with spaces between them */
            types?: string;
        };
        UniquePolicy: {
            /** @description Attributes of the arguments that count; none or null: all */
            args_keys?: string[] | null;
            /** @description The JSON format’s word for args_keys, with keys type and args; or the keys, where args is one */
            key?: string[];
            keys?: ("type" | "queue" | "args" | "meta")[];
            meta_keys?: string[] | null;
            /** @enum {string} */
            on_conflict?: "reject" | "ignore" | "replace" | "replace_except_schedule";
            period?: components["schemas"]["Duration"] | null;
            states?: components["schemas"]["JobState"][];
        };
        UpdateCredentialRequest: {
            expires_at?: components["schemas"]["Moment"] | null;
            label?: string | null;
            queues?: components["schemas"]["QueuePattern"][];
            roles?: string[];
        };
        UpdateWebhook: {
            active?: boolean;
            events?: components["schemas"]["EventPattern"][];
            filter?: components["schemas"]["WebhookFilter"] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            /** @description For one attempt; default 30,000 */
            timeout_ms?: number;
            url?: string;
        };
        /** @example >=1.0 <3.0 */
        VersionRange: string;
        WebhookAnswer: {
            active: boolean;
            created_at: string;
            /** @description When it became inactive by itself: its deliveries kept failing */
            disabled_at?: string;
            events: string[];
            filter?: components["schemas"]["WebhookFilter"];
            id: components["schemas"]["WebhookSubscriptionId"];
            metadata?: {
                [key: string]: string;
            };
            /** @description The principal whose rights decide which events are delivered */
            owner: string;
            previous_secret_expires_at?: string;
            /** @description Only in the answers that create or rotate it */
            secret?: string;
            stats: {
                dead: number;
                delivered: number;
                dropped: number;
                pending: number;
            };
            subscription: components["schemas"]["WebhookSubscription"];
            timeout_ms: number;
            updated_at: string;
            url: string;
        };
        WebhookDeliveriesAnswer: {
            deliveries: components["schemas"]["WebhookDelivery"][];
        };
        WebhookDelivery: {
            attempts: number;
            created_at: string;
            ended_at?: string;
            /** @enum {string} */
            error?: "status" | "unreachable" | "tls_failed" | "timeout" | "answer_too_large" | "bad_answer" | "permission_denied";
            event_id: string;
            event_type: string;
            id: components["schemas"]["WebhookDeliveryId"];
            next_attempt_at?: string;
            response_time_ms?: number;
            /** @enum {string} */
            status: "pending" | "delivered" | "dead";
            status_code?: number;
            subscription_id: components["schemas"]["WebhookSubscriptionId"];
        };
        WebhookDeliveryAnswer: {
            attempts: number;
            created_at: string;
            delivery: components["schemas"]["WebhookDelivery"];
            ended_at?: string;
            /** @enum {string} */
            error?: "status" | "unreachable" | "tls_failed" | "timeout" | "answer_too_large" | "bad_answer" | "permission_denied";
            event_id: string;
            event_type: string;
            id: components["schemas"]["WebhookDeliveryId"];
            next_attempt_at?: string;
            response_time_ms?: number;
            /** @enum {string} */
            status: "pending" | "delivered" | "dead";
            status_code?: number;
            subscription_id: components["schemas"]["WebhookSubscriptionId"];
        };
        WebhookDeliveryId: string;
        WebhookFilter: {
            job_types?: components["schemas"]["JobType"][];
            queues?: components["schemas"]["QueueName"][];
        };
        WebhooksAnswer: {
            subscriptions: components["schemas"]["WebhookSubscription"][];
        };
        WebhookSecret: string;
        WebhookSubscription: {
            active: boolean;
            created_at: string;
            /** @description When it became inactive by itself: its deliveries kept failing */
            disabled_at?: string;
            events: string[];
            filter?: components["schemas"]["WebhookFilter"];
            id: components["schemas"]["WebhookSubscriptionId"];
            metadata?: {
                [key: string]: string;
            };
            /** @description The principal whose rights decide which events are delivered */
            owner: string;
            previous_secret_expires_at?: string;
            /** @description Only in the answers that create or rotate it */
            secret?: string;
            stats: {
                dead: number;
                delivered: number;
                dropped: number;
                pending: number;
            };
            timeout_ms: number;
            updated_at: string;
            url: string;
        };
        WebhookSubscriptionId: string;
        WebhookTestAnswer: {
            /** @enum {string} */
            error?: "status" | "unreachable" | "tls_failed" | "timeout" | "answer_too_large" | "bad_answer" | "permission_denied";
            response_time_ms: number;
            status_code?: number;
            success: boolean;
        };
        WorkerHealth: {
            active_jobs: number;
            last_seen_at: string;
            /** @enum {string} */
            state: "running" | "quiet" | "terminate" | "drain" | "shutting_down";
            /** @enum {string} */
            status: "ok" | "degraded";
            worker_id: string;
        };
        /** @example worker_019414d4-aaaa-7000-8000-111111111111 */
        WorkerId: string;
        WorkerProgressRequest: {
            /** @description The attempt that the fetch answered with. With it, an answer that comes too late is refused even when the same worker holds a newer lease */
            attempt?: number;
            /** @description At most 16 KiB of JSON, by default */
            data?: {
                [key: string]: unknown;
            } | null;
            job_id: components["schemas"]["JobId"];
            message?: string | null;
            /** @description 0 to 100; clamped */
            percentage: number;
            /** @description The replay_count that the fetch answered with, of a job that was started anew after it was discarded; goes with attempt, which begins again each time */
            replay_count?: number;
            worker_id?: components["schemas"]["WorkerId"];
        } & {
            [key: string]: unknown;
        };
        Workflow: {
            callbacks?: {
                [key: string]: components["schemas"]["WorkflowStep"];
            };
            cancelled_at?: string;
            completed_at?: string;
            created_at: string;
            /** @description The principal with whose rights the steps are enqueued */
            created_by: string;
            id: string;
            jobs?: components["schemas"]["WorkflowStep"][];
            jobs_completed: number;
            jobs_total: number;
            metadata: {
                cancelled_at?: string;
                completed_at?: string;
                completed_count: number;
                created_at: string;
                errors?: ({
                    attempt: number;
                    code: string;
                    job_id: string;
                    message: string;
                } & {
                    [key: string]: unknown;
                })[];
                failed_callbacks?: ("on_complete" | "on_success" | "on_failure")[];
                failed_count: number;
                failed_job_ids?: string[];
                failed_step_index?: number;
                job_count: number;
                started_at?: string;
            };
            name?: string;
            started_at?: string;
            state: components["schemas"]["WorkflowState"];
            steps?: components["schemas"]["WorkflowStep"][];
            steps_completed: number;
            steps_total: number;
            type: components["schemas"]["WorkflowType"];
        };
        WorkflowAnswer: {
            id: string;
            metadata: {
                cancelled_at?: string;
                completed_at?: string;
                completed_count: number;
                created_at: string;
                errors?: ({
                    attempt: number;
                    code: string;
                    job_id: string;
                    message: string;
                } & {
                    [key: string]: unknown;
                })[];
                failed_callbacks?: ("on_complete" | "on_success" | "on_failure")[];
                failed_count: number;
                failed_job_ids?: string[];
                failed_step_index?: number;
                job_count: number;
                started_at?: string;
            };
            name?: string;
            state: components["schemas"]["WorkflowState"];
            type: components["schemas"]["WorkflowType"];
            workflow: components["schemas"]["Workflow"];
        };
        WorkflowCancelledAnswer: {
            id: string;
            metadata: {
                cancelled_at?: string;
                completed_at?: string;
                completed_count: number;
                created_at: string;
                errors?: ({
                    attempt: number;
                    code: string;
                    job_id: string;
                    message: string;
                } & {
                    [key: string]: unknown;
                })[];
                failed_callbacks?: ("on_complete" | "on_success" | "on_failure")[];
                failed_count: number;
                failed_job_ids?: string[];
                failed_step_index?: number;
                job_count: number;
                started_at?: string;
            };
            name?: string;
            state: components["schemas"]["WorkflowState"];
            type: components["schemas"]["WorkflowType"];
            workflow: {
                callbacks?: {
                    [key: string]: components["schemas"]["WorkflowStep"];
                };
                cancelled_at?: string;
                completed_at?: string;
                created_at: string;
                /** @description The principal with whose rights the steps are enqueued */
                created_by: string;
                id: string;
                jobs?: components["schemas"]["WorkflowStep"][];
                jobs_completed: number;
                jobs_total: number;
                metadata: {
                    cancelled_at?: string;
                    completed_at?: string;
                    completed_count: number;
                    created_at: string;
                    errors?: ({
                        attempt: number;
                        code: string;
                        job_id: string;
                        message: string;
                    } & {
                        [key: string]: unknown;
                    })[];
                    failed_callbacks?: ("on_complete" | "on_success" | "on_failure")[];
                    failed_count: number;
                    failed_job_ids?: string[];
                    failed_step_index?: number;
                    job_count: number;
                    started_at?: string;
                };
                name?: string;
                started_at?: string;
                state: components["schemas"]["WorkflowState"];
                steps?: components["schemas"]["WorkflowStep"][];
                steps_already_completed: number;
                steps_cancelled: number;
                steps_completed: number;
                steps_total: number;
                type: components["schemas"]["WorkflowType"];
            };
        };
        WorkflowRequest: {
            id?: components["schemas"]["JobId"];
            name?: string;
            /** @description Defaults for all steps */
            options?: components["schemas"]["JobOptions"];
            steps: ({
                type: string;
            } & {
                [key: string]: unknown;
            })[];
            /** @constant */
            type: "chain";
        } | {
            id?: components["schemas"]["JobId"];
            jobs: ({
                type: string;
            } & {
                [key: string]: unknown;
            })[];
            name?: string;
            /** @description Defaults for all steps */
            options?: components["schemas"]["JobOptions"];
            /** @constant */
            type: "group";
        } | {
            callbacks: {
                on_complete?: components["schemas"]["EnqueueRequest"];
                on_failure?: components["schemas"]["EnqueueRequest"];
                on_success?: components["schemas"]["EnqueueRequest"];
            };
            id?: components["schemas"]["JobId"];
            jobs: ({
                type: string;
            } & {
                [key: string]: unknown;
            })[];
            name?: string;
            /** @description Defaults for all steps */
            options?: components["schemas"]["JobOptions"];
            /** @constant */
            type: "batch";
        } | {
            id?: components["schemas"]["JobId"];
            name?: string;
            /** @description Defaults for all steps */
            options?: components["schemas"]["JobOptions"];
            steps: ({
                args: unknown[];
                /** @description The HTTP binding’s word for scheduled_at, which wins */
                delay_until?: components["schemas"]["Moment"] | null;
                depends_on?: string[];
                expires_at?: components["schemas"]["Moment"] | null;
                id: string;
                meta?: components["schemas"]["Meta"];
                metadata?: {
                    [key: string]: unknown;
                };
                options?: {
                    /** @description The HTTP binding’s word for scheduled_at, which wins */
                    delay_until?: components["schemas"]["Moment"] | null;
                    expires_at?: components["schemas"]["Moment"] | null;
                    metadata?: {
                        [key: string]: unknown;
                    };
                    pending?: boolean;
                    /** @description Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10 */
                    priority?: number;
                    queue?: components["schemas"]["QueueName"];
                    rate_limit?: components["schemas"]["RateLimit"];
                    /** @description Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too */
                    result_ttl?: number;
                    retry?: components["schemas"]["RetryPolicy"];
                    scheduled_at?: components["schemas"]["Moment"] | null;
                    tags?: string[];
                    /** @description Seconds; 0 means the default */
                    timeout?: number;
                    /** @description Milliseconds; wins over timeout */
                    timeout_ms?: number;
                    unique?: components["schemas"]["UniquePolicy"] | null;
                    /** @description Seconds */
                    visibility_timeout?: number;
                    visibility_timeout_ms?: number;
                } & {
                    [key: string]: unknown;
                };
                pending?: boolean;
                /** @description Higher is sooner; HIGH, NORMAL and LOW mean 10, 0 and -10 */
                priority?: number;
                queue?: components["schemas"]["QueueName"];
                rate_limit?: components["schemas"]["RateLimit"];
                /** @description Seconds that the result is kept; 0 keeps none. A longer time than the server keeps finished jobs keeps the job too */
                result_ttl?: number;
                retry?: components["schemas"]["RetryPolicy"];
                scheduled_at?: components["schemas"]["Moment"] | null;
                schema?: string;
                specversion?: string;
                tags?: string[];
                /** @description Seconds; 0 means the default */
                timeout?: number;
                /** @description Milliseconds; wins over timeout */
                timeout_ms?: number;
                type: components["schemas"]["JobType"];
                unique?: components["schemas"]["UniquePolicy"] | null;
                version?: components["schemas"]["JobVersion"] | null;
                /** @description Seconds */
                visibility_timeout?: number;
                visibility_timeout_ms?: number;
            } & {
                [key: string]: unknown;
            })[];
        };
        WorkflowsAnswer: {
            pagination: {
                has_more: boolean;
                limit: number;
                next_cursor?: string;
            };
            workflows: components["schemas"]["WorkflowSummary"][];
        };
        /** @enum {string} */
        WorkflowState: "running" | "completed" | "failed" | "cancelled";
        WorkflowStep: {
            completed_at?: string;
            depends_on?: string[];
            error?: {
                attempt: number;
                code: string;
                message: string;
            } & {
                [key: string]: unknown;
            };
            id?: string;
            index: number;
            /** @description null until the step begins */
            job_id?: string | null;
            name?: string;
            queue?: string;
            result?: unknown;
            started_at?: string;
            state: components["schemas"]["StepState"];
            type: string;
        } & {
            [key: string]: unknown;
        };
        WorkflowSummary: {
            cancelled_at?: string;
            completed_at?: string;
            created_at: string;
            /** @description The principal with whose rights the steps are enqueued */
            created_by: string;
            id: string;
            metadata: {
                cancelled_at?: string;
                completed_at?: string;
                completed_count: number;
                created_at: string;
                errors?: ({
                    attempt: number;
                    code: string;
                    job_id: string;
                    message: string;
                } & {
                    [key: string]: unknown;
                })[];
                failed_callbacks?: ("on_complete" | "on_success" | "on_failure")[];
                failed_count: number;
                failed_job_ids?: string[];
                failed_step_index?: number;
                job_count: number;
                started_at?: string;
            };
            name?: string;
            started_at?: string;
            state: components["schemas"]["WorkflowState"];
            type: components["schemas"]["WorkflowType"];
        };
        /** @enum {string} */
        WorkflowType: "chain" | "group" | "batch" | "graph";
    };
    responses: {
        /** @description The request is malformed */
        Error400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description No valid credential */
        Error401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description The credential does not permit this */
        Error403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description It does not exist, or the caller may not know of it */
        Error404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description It is not in a state that allows this */
        Error409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description The body is too large */
        Error413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description The body is not JSON */
        Error415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description Well-formed, but against a rule */
        Error422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description Too many requests; see Retry-After */
        Error429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
        /** @description Redis does not answer; see Retry-After */
        Error503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/openjobspec+json": components["schemas"]["ErrorAnswer"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getServerMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerMetadata"];
                };
            };
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getResourceMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerMetadata"];
                };
            };
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["HealthAnswer"];
                };
            };
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getManifest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["Manifest"];
                };
            };
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listCredentials: {
        parameters: {
            query?: {
                cursor?: string;
                kind?: components["schemas"]["CredentialKind"];
                limit?: number;
                offset?: number;
                plane?: components["schemas"]["Plane"];
                principal?: string;
                state?: "live" | "not_yet_valid" | "expired" | "revoked";
                tenant?: components["schemas"]["TenantId"] | "*" | "_default";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CredentialsAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    createCredential: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["CreateCredentialRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CredentialWithKeyAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["CredentialId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CredentialAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    updateCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["CredentialId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["UpdateCredentialRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CredentialAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    revokeCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["CredentialId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/openjobspec+json": components["schemas"]["RevokeCredentialRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CredentialAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    rotateCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["CredentialId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/openjobspec+json": components["schemas"]["RotateCredentialRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CredentialWithKeyAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminListDeadLetters: {
        parameters: {
            query?: {
                cursor?: string;
                error_type?: string;
                limit?: number;
                offset?: number;
                page?: number;
                per_page?: number;
                queue?: components["schemas"]["QueueName"];
                since?: components["schemas"]["Timestamp"];
                type?: components["schemas"]["JobTypePattern"];
                until?: components["schemas"]["Timestamp"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["AdminDeadLetterAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminPurgeDeadLetters: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["DeadLetterPurgeRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminGetDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["JobAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminDeleteDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminRetryDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["JobAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminRetryDeadLetters: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["DeadLetterBulkRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminGetDeadLetterStats: {
        parameters: {
            query?: {
                queue?: components["schemas"]["QueueName"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["DeadLetterStatsAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminCancelJobs: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminDeleteJobs: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    adminRetryJobs: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listSigningKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["SigningKeysAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    rotateSigningKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/openjobspec+json": components["schemas"]["RotateSigningKeyRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["RotateSigningKeyAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    revokeTokenById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                jti: components["schemas"]["TokenId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["RevokedTokenAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    elevate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["ElevateRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["ElevateAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getTokenKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JwksAnswer"];
                };
            };
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["RevokeRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenAnswer"];
                };
            };
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listCrons: {
        parameters: {
            query?: {
                cursor?: string;
                enabled?: "true" | "false";
                limit?: number;
                offset?: number;
                page?: number;
                per_page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CronsAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    registerCron: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["CronRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CronAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getCron: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["CronName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CronAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    deleteCron: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["CronName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CronDeletedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    patchCron: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["CronName"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["CronPatch"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CronAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getCronHistory: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                name: components["schemas"]["CronName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CronHistoryAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    pauseCron: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["CronName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CronAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    resumeCron: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["CronName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CronAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    triggerCron: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["CronName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CronTriggeredAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listDeadLetters: {
        parameters: {
            query?: {
                cursor?: string;
                error_type?: string;
                limit?: number;
                offset?: number;
                page?: number;
                per_page?: number;
                queue?: components["schemas"]["QueueName"];
                since?: components["schemas"]["Timestamp"];
                type?: components["schemas"]["JobTypePattern"];
                until?: components["schemas"]["Timestamp"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["DeadLetterAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    purgeDeadLetters: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["DeadLetterPurgeRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["JobAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    deleteDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["DeletedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    retryDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["JobAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    retryDeadLetters: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["DeadLetterBulkRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getDeadLetterStats: {
        parameters: {
            query?: {
                queue?: components["schemas"]["QueueName"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["DeadLetterStatsAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                after?: string;
                job_types?: string;
                limit?: number;
                queues?: string;
                types?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["EventsAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                channel?: string;
                event_types?: string;
                job?: components["schemas"]["JobId"];
                job_types?: string;
                last_event_id?: string;
                queues?: string;
                types?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["HealthAnswer"];
                };
            };
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    enqueueJob: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["EnqueueRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["EnqueueAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getJob: {
        parameters: {
            query?: {
                wait_ms?: number;
            };
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["JobAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["JobAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    ackJobById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["JobAckRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["AckAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    activateJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["JobAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CheckpointAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    putCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["CheckpointRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CheckpointSavedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    saveCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["CheckpointRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CheckpointSavedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    deleteCheckpoint: {
        parameters: {
            query?: {
                attempt?: number;
                replay_count?: number;
                worker_id?: components["schemas"]["WorkerId"];
            };
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["CheckpointDeletedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    streamJobEvents: {
        parameters: {
            query?: {
                event_types?: string;
                last_event_id?: string;
                types?: string;
            };
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getJobHistory: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["HistoryAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    deleteJobHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["HistoryDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    nackJobById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["JobNackRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["NackAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getProgress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["Progress"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    reportProgress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["ProgressRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["ProgressAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getResult: {
        parameters: {
            query?: {
                timeout?: number;
                wait?: "true" | "false";
            };
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["ResultAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    enqueueBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["BatchRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BatchAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    enqueueJobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["BulkEnqueueRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkEnqueueAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    cancelJobs: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    deleteJobs: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    retryJobs: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["BulkAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getResults: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["ResultsRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["ResultsAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listQueues: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueuesAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    createQueue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["CreateQueueRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueueAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueueAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    deleteQueue: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/openjobspec+json": components["schemas"]["DeleteQueueRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueueDeletedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getQueueConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueueConfigAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    configureQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["QueueConfig"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueueConfigAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    drainQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueuePausedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    streamQueueEvents: {
        parameters: {
            query?: {
                event_types?: string;
                last_event_id?: string;
                types?: string;
            };
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    deleteQueueJobs: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/openjobspec+json": components["schemas"]["PurgeRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["PurgedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    pauseQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueuePausedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    purgeQueue: {
        parameters: {
            query?: {
                confirm?: "true" | "false";
            };
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/openjobspec+json": components["schemas"]["PurgeRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["PurgedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    resumeQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueuePausedAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getQueueStats: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["QueueName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["QueueStatsAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getRateLimit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: components["schemas"]["RateLimitKey"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["RateLimitAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                status?: "pending" | "delivered" | "dead";
                subscription_id?: components["schemas"]["WebhookSubscriptionId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WebhookDeliveriesAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["WebhookDeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WebhookDeliveryAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    retryWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["WebhookDeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WebhookDeliveryAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WebhooksAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["CreateWebhook"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WebhookAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["WebhookSubscriptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WebhookAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["WebhookSubscriptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["WebhookSubscriptionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["UpdateWebhook"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WebhookAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["WebhookSubscriptionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["RotateWebhookSecret"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WebhookAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["WebhookSubscriptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WebhookTestAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getWorkerHealth: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                worker_id: components["schemas"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WorkerHealth"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    ackJob: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["AckRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["AckAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    ackJobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["AckBatchRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["AckBatchAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    beat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["HeartbeatRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["HeartbeatAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    fetchJobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["FetchRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["FetchAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    heartbeat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["HeartbeatRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["HeartbeatAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    nackJob: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["NackRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["NackAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    reportWorkerProgress: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["WorkerProgressRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["ProgressAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    registerWorker: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["RegisterWorkerRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["RegisterWorkerAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listWorkflows: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                state?: components["schemas"]["WorkflowState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WorkflowsAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    createWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/openjobspec+json": components["schemas"]["WorkflowRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WorkflowAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WorkflowAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    cancelWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["WorkflowCancelledAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openjobspec+json": components["schemas"]["ReadyAnswer"];
                };
            };
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
}
