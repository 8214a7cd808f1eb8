//! The list of scenarios, by theme.

use crate::case::Case;

mod answers;
mod bodies;
mod cloudwatch_logs;
mod concurrent;
mod connections;
mod emf;
mod everything;
mod findings;
mod hostile;
mod identity;
mod insights;
mod leaving;
mod load;
mod logs;
mod numbers;
mod otlp;
mod outputs;
mod page;
#[cfg(feature = "peer-tests")]
mod peers;
#[cfg(feature = "peer-tests")]
mod prometheus;
mod receiver;
#[cfg(feature = "peer-tests")]
mod rotel;
mod routes;
mod scanner;
mod start;
mod stop;
mod xray;

/// Hands the list to a macro, after that macro's own arguments.
#[doc(hidden)]
#[macro_export]
macro_rules! every_scenario {
    ([$($macro:tt)*] $($argument:tt)*) => {
        $($macro)*! { $($argument)*
            routes {
                one_experiment_is_one_query
                the_list_is_one_query_and_one_for_each_experiment
                the_joined_list_is_one_query
                a_created_experiment_says_who_did_what_to_which
                an_assignment_is_a_query_and_an_insert
                an_event_is_an_insert
                a_report_is_two_queries_and_a_call_all_at_once
                a_flag_is_a_miss_with_a_query_and_then_a_hit_without
                an_export_is_counted_to_the_last_byte
                a_slow_request_is_waiting
                work_is_what_was_asked_for
            }
            answers {
                a_failure_has_its_status_and_level
                a_panic_is_recorded_and_hurts_nobody_else
                a_body_that_fails_is_told_from_one_that_ends
                what_matches_no_route_has_none
                a_method_that_a_route_does_not_have_is_refused_by_it
                a_method_that_nobody_knows_is_written_as_it_came
                a_head_has_the_work_but_not_the_bytes
                a_compressed_answer_is_counted_as_it_goes_over_the_wire
                what_is_ignored_is_served_without_a_line_or_an_id
            }
            identity {
                a_request_has_the_id_it_came_with_or_one_of_its_own
                a_request_belongs_to_the_trace_it_came_with_or_begins_one
            }
            hostile {
                headers_of_any_content_give_way_to_safe_values
                paths_and_methods_of_any_content_are_written_as_they_came
                values_that_are_none_are_refused
                bytes_that_are_no_path_leave_nothing_open
                a_long_path_is_cut
                text_of_any_content_stays_on_one_line
            }
            bodies {
                a_body_that_was_announced_is_counted
                a_body_in_chunks_is_counted
                a_body_that_waits_to_be_asked_for_is_counted
                bodies_that_are_not_what_they_claim_are_refused
            }
            connections {
                each_request_of_a_connection_has_its_record
                requests_sent_ahead_are_told_apart
                the_older_protocol_is_measured_too
            }
            leaving {
                during_the_handler_by_fin
                during_the_handler_by_reset
                during_the_body_by_fin
                during_the_body_by_reset
                during_the_upload_by_fin
                during_the_upload_by_reset
            }
            concurrent {
                each_of_two_hundred_has_exactly_its_own
            }
            load {
                each_of_many_requests_has_its_line
            }
            findings {
                a_loop_is_told_the_same_everywhere
                what_takes_long_is_a_warning_that_says_why
                what_is_meant_is_silenced_by_configuration
                a_route_can_have_a_budget_of_its_own
                answers_say_where_their_time_went_if_that_is_allowed
            }
            otlp {
                all_three_signals_arrive_by_grpc
                all_three_signals_arrive_by_http
                all_three_signals_arrive_signed_for_aws
                an_n_plus_one_is_an_event_of_its_span
                a_caller_that_does_not_sample_is_heeded_and_counted
                what_matters_is_kept_whatever_the_ratio
            }
            receiver {
                a_receiver_that_dies_and_comes_back_costs_spans_that_are_counted
            }
            numbers {
                a_thousand_requests_are_the_same_everywhere
            }
            emf {
                the_metrics_of_a_thousand_requests_are_those_of_prometheus
                series_told_together_have_all_and_a_tenth_of_the_lines_stands_for_all
            }
            xray {
                a_variable_switches_it_on_and_the_daemons_rules_decide
                a_loop_of_queries_is_seen_by_its_parts
                the_callers_header_is_kept_and_passed_on
                a_request_that_takes_long_is_shown_before_its_end_and_then_whole
                each_of_two_hundred_at_once_has_exactly_its_own
            }
            cloudwatch_logs {
                each_group_has_the_lines_that_its_filter_takes
            }
            scanner {
                a_hundred_thousand_paths_methods_and_hosts_are_few_series
            }
            logs {
                an_event_inside_a_request_carries_its_ids
                rust_log_chooses_the_applications_lines_and_no_others
                one_line_at_start_says_what_is_in_force
            }
            outputs {
                text_is_five_words_a_request
                a_file_is_written_at_its_end_and_stdout_stays_empty
                a_receiver_that_closes_in_the_middle_is_connected_to_again_and_misses_nothing
            }
            page {
                it_is_whole_and_loads_nothing_of_others
                only_this_machine_sees_it_without_a_token
                with_the_token_it_is_seen_from_anywhere
                it_says_of_requests_what_their_lines_say
                the_live_view_has_what_happens_after_it_was_opened
                told_to_stop_it_ends_the_live_view
            }
            insights {
                structured_lines_answer_what_is_shipped
                lines_of_text_answer_the_article
            }
            start {
                a_typo_in_the_file_is_refused
                a_typo_in_a_variable_is_refused
                a_log_file_that_cannot_be_written_is_refused
                a_port_that_cannot_be_had_is_refused
                a_database_that_cannot_be_used_is_refused
            }
            stop {
                told_to_stop_it_writes_all_it_has_and_what_is_open_too
                told_to_stop_it_lets_what_ends_soon_end
                a_closed_stdout_is_said_and_hurts_nobody
                a_stdout_that_nobody_reads_holds_nobody_up
            }
        }
    };
}

/// As `every_scenario`, for those that need real programs.
#[doc(hidden)]
#[cfg(feature = "peer-tests")]
#[macro_export]
macro_rules! every_scenario_of_peers {
    ([$($macro:tt)*] $($argument:tt)*) => {
        $($macro)*! { $($argument)*
            peers {
                a_query_that_fails_is_an_error_of_its_request
                a_query_that_its_client_gives_up_is_counted
                waiting_for_a_connection_is_told_apart
                a_database_that_dies_during_a_query_is_its_requests_error
                a_cache_that_dies_during_a_lookup_is_done_without
            }
            prometheus {
                prometheus_scrapes_it_and_knows_its_latencies
                who_judges_pages_finds_nothing
            }
            rotel {
                a_collector_passes_on_what_it_gets_by_grpc
                a_collector_passes_on_what_it_gets_by_http
            }
        }
    };
}

macro_rules! by_name {
    ($($theme:ident { $($name:ident)* })*) => {
        &[$($((concat!(stringify!($theme), "::", stringify!($name)), $theme::$name)),*),*]
    };
}

/// One run against a demonstration.
pub(crate) type Scenario = fn(&Case);

const EVERYWHERE: &[(&str, Scenario)] = every_scenario! { [by_name] };

#[cfg(feature = "peer-tests")]
const ON_PEERS: &[(&str, Scenario)] = every_scenario_of_peers! { [by_name] };
#[cfg(not(feature = "peer-tests"))]
const ON_PEERS: &[(&str, Scenario)] = &[];

/// The scenario of this name.
pub(crate) fn find(name: &str) -> Option<Scenario> {
    EVERYWHERE.iter().chain(ON_PEERS).find(|(other, _)| *other == name).map(|(_, scenario)| *scenario)
}
