// How long threads of this process waited for a processor: what makes a timing on a shared machine worthless.
#pragma once

namespace gramstack::tool {

/// Seconds that all threads of the process together have waited on the run queue so far; 0 where Linux does not tell.
double seconds_on_run_queue();

}  // namespace gramstack::tool
