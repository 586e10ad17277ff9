-- Rate and concurrency limits of jobs (ojs-rate-limiting). A job that counts for a concurrency limit carries `lk`, the limit's key.
function leaseEnded(queue, id, limit)
end
