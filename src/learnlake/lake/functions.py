"""The functions of Spark that a person may write, by kind; what stands in no list here is refused.

Conf and ``--where`` take SCALAR alone, ``learnlake sql`` takes ALLOWED. A test holds the lists against Spark's own
(``SHOW FUNCTIONS``): each of its functions is in exactly one of them, so that another version of Spark adds none unseen.
"""

from __future__ import annotations

from learnlake.errors import near_match


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# one value of one row, the same each time: numbers; texts; times; collections; types and conditions; formats; sketches
SCALAR = _words(
    """
    abs acos acosh asin asinh atan atan2 atanh bin bit_count bit_get bround cbrt ceil ceiling conv cos cosh
    cot csc degrees div e exp expm1 factorial floor getbit greatest hex hypot least ln log log10 log1p log2
    mod negative pi pmod positive pow power radians rint round sec shiftleft shiftright shiftrightunsigned
    sign signum sin sinh sqrt tan tanh try_add try_divide try_mod try_multiply try_subtract unhex width_bucket

    ascii base64 bit_length btrim char char_length character_length chr collate collation concat_ws contains
    crc32 decode elt encode endswith find_in_set format_number format_string hash initcap instr is_valid_utf8
    lcase left len length levenshtein locate lower lpad ltrim luhn_check make_valid_utf8 mask md5 octet_length
    overlay parse_url position printf quote regexp_count regexp_extract regexp_extract_all regexp_instr
    regexp_replace regexp_substr repeat replace right rpad rtrim sentences sha sha1 sha2 soundex space split
    split_part startswith substr substring substring_index to_binary to_char to_number to_varchar translate
    trim try_parse_url try_to_binary try_to_number try_url_decode try_validate_utf8 ucase unbase64 upper
    url_decode url_encode validate_utf8 xxhash64

    add_months convert_timezone date_add date_diff date_format date_from_unix_date date_part date_sub
    date_trunc dateadd datediff datepart day dayname dayofmonth dayofweek dayofyear extract from_unixtime
    from_utc_timestamp hour last_day make_date make_dt_interval make_interval make_time make_timestamp
    make_timestamp_ltz make_timestamp_ntz make_ym_interval minute month monthname months_between next_day
    quarter second time_bucket time_diff time_from_micros time_from_millis time_from_seconds time_to_micros
    time_to_millis time_to_seconds time_trunc timestamp_micros timestamp_millis timestamp_seconds to_date
    to_time to_timestamp to_timestamp_ltz to_timestamp_ntz to_unix_timestamp to_utc_timestamp trunc
    try_make_interval try_make_timestamp try_make_timestamp_ltz try_make_timestamp_ntz try_to_date try_to_time
    try_to_timestamp unix_date unix_micros unix_millis unix_seconds unix_timestamp weekday weekofyear year

    aggregate array array_append array_compact array_contains array_distinct array_except array_insert
    array_intersect array_join array_max array_min array_position array_prepend array_remove array_repeat
    array_size array_sort array_union arrays_overlap arrays_zip cardinality concat element_at exists filter
    flatten forall get map map_concat map_contains_key map_entries map_filter map_from_arrays map_from_entries
    map_keys map_values map_zip_with named_struct reduce reverse sequence size slice sort_array str_to_map
    struct transform transform_keys transform_values try_element_at vector_cosine_similarity
    vector_inner_product vector_l2_distance vector_norm vector_normalize zip_with

    aes_decrypt assert_true bigint binary bitmap_bit_position bitmap_bucket_number bitmap_count boolean cast
    coalesce date decimal double equal_null float if ifnull ilike int isnan isnotnull isnull like nanvl nullif
    nullifzero nvl nvl2 raise_error regexp regexp_like rlike smallint string time timestamp tinyint
    try_aes_decrypt typeof zeroifnull

    from_csv from_json get_json_object is_valid_variant is_variant_null json_array_length json_object_keys
    parse_json schema_of_csv schema_of_json schema_of_variant to_csv to_json to_variant_object to_xml
    try_parse_json try_variant_get variant_get xpath xpath_boolean xpath_double xpath_float xpath_int
    xpath_long xpath_number xpath_short xpath_string

    approx_top_k_estimate hll_sketch_estimate hll_union kll_sketch_get_n_bigint kll_sketch_get_n_double
    kll_sketch_get_n_float kll_sketch_get_quantile_bigint kll_sketch_get_quantile_double
    kll_sketch_get_quantile_float kll_sketch_get_rank_bigint kll_sketch_get_rank_double
    kll_sketch_get_rank_float kll_sketch_merge_bigint kll_sketch_merge_double kll_sketch_merge_float
    kll_sketch_to_string_bigint kll_sketch_to_string_double kll_sketch_to_string_float st_asbinary
    st_geogfromwkb st_geomfromwkb st_setsrid st_srid theta_difference theta_intersection theta_sketch_estimate
    theta_union tuple_difference_double tuple_difference_integer tuple_difference_theta_double
    tuple_difference_theta_integer tuple_intersection_double tuple_intersection_integer
    tuple_intersection_theta_double tuple_intersection_theta_integer tuple_sketch_estimate_double
    tuple_sketch_estimate_integer tuple_sketch_summary_double tuple_sketch_summary_integer
    tuple_sketch_theta_double tuple_sketch_theta_integer tuple_union_double tuple_union_integer
    tuple_union_theta_double tuple_union_theta_integer
    """
)

# one value of many rows; the windows of time are ways to group
AGGREGATE = _words(
    """
    any any_value approx_count_distinct approx_percentile approx_top_k approx_top_k_accumulate
    approx_top_k_combine array_agg avg bit_and bit_or bit_xor bitmap_and_agg bitmap_construct_agg bitmap_or_agg
    bool_and bool_or collect_list collect_set corr count count_if count_min_sketch covar_pop covar_samp every
    first first_value grouping grouping_id histogram_numeric hll_sketch_agg hll_union_agg kll_merge_agg_bigint
    kll_merge_agg_double kll_merge_agg_float kll_sketch_agg_bigint kll_sketch_agg_double kll_sketch_agg_float
    kurtosis last last_value listagg max max_by mean median min min_by mode percentile percentile_approx
    percentile_cont percentile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
    regr_sxy regr_syy schema_of_variant_agg session_window skewness some std stddev stddev_pop stddev_samp
    string_agg sum theta_intersection_agg theta_sketch_agg theta_union_agg try_avg try_sum
    tuple_intersection_agg_double tuple_intersection_agg_integer tuple_sketch_agg_double
    tuple_sketch_agg_integer tuple_union_agg_double tuple_union_agg_integer var_pop var_samp variance vector_avg
    vector_sum window window_time
    """
)

# a value by a row's place among others
WINDOW = _words(
    """
    cume_dist dense_rank lag lead nth_value ntile percent_rank rank row_number
    """
)

# several rows of one, or of none
GENERATOR = _words(
    """
    explode explode_outer inline inline_outer json_tuple posexplode posexplode_outer range stack variant_explode
    variant_explode_outer
    """
)

# another answer each time: the clock, chance, the way the work was split
UNSTEADY = _words(
    """
    aes_encrypt curdate current_date current_time current_timestamp current_timezone localtimestamp
    monotonically_increasing_id now rand randn random randstr shuffle spark_partition_id uniform uuid
    """
)

# in Spark's list, but written as operators or as words of a sentence
OPERATORS = _words(
    """
    ! != % & * + - / < << <= <=> <> = == > >= >> >>> ^ and between case in not or when | || ~
    """
)

# written as functions, but known to Spark's grammar alone
GRAMMAR = _words(
    """
    timestampadd timestampdiff try_cast
    """
)

# functions that need no parentheses
CALLED_BARE = _words("curdate current_date current_time current_timestamp current_user localtimestamp session_user")

# words of a sentence, and of a type, that may stand before a parenthesis and call nothing
BEFORE_PARENTHESES = _words(
    """
    all and as between by case cube distinct div else except for from group having in intersect interval is join
    lateral limit not of offset on or over pivot repeatable rollup select sets tablesample then union unpivot using
    values when where

    character dec numeric varchar
    """
)

_REASONS = {
    "calls any method of Java": "java_method reflect try_reflect",
    "tells where files lie": "input_file_block_length input_file_block_start input_file_name",
    "reads a file that its options name": "from_xml schema_of_xml",
    "needs a module that is not there, or reads a schema from a file": (
        "from_avro from_protobuf schema_of_avro to_avro to_protobuf"
    ),
    "reads a table past the catalogue": "measure table_changes table_changes_by_path",
    "tells who runs Spark": "current_user session_user user",
    "tells of Spark and nothing of the lake": (
        "collations current_catalog current_database current_path current_schema python_worker_logs sql_keywords version"
    ),
}
REFUSED = {name: reason for reason, names in _REASONS.items() for name in names.split()}
ALLOWED = SCALAR | AGGREGATE | WINDOW | GENERATOR | UNSTEADY | GRAMMAR


def refuse_unlisted(name: str, where: str) -> None:
    """Refuse a function that is in no list of what may be written.

    Raises:
        ValueError: a sentence that names the place and why, or the near match.
    """
    if name in REFUSED:
        raise ValueError(f"{where}: `{name}` is not allowed; it {REFUSED[name]}")
    if name not in ALLOWED:
        raise ValueError(f"{where}: unknown function `{name}`; {near_match(name, ALLOWED)}")
