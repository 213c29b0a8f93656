"""The columns of every table that the ranking hands out, declared once: names, titles and meaning in two languages."""

from __future__ import annotations

from geo_planner.ranking.methods import METHODS
from geo_planner.schema import Column, Layer
from geo_planner.schema.kinds import Choice, Number, Text, Whole, YesNo
from geo_planner.words import said

_ID = Column("village_id", Text(), "Mã bản", "Village id")
_CRITERION = Column("criterion", Text(), "Tiêu chí", "Criterion")
_BEST = Column(
    "rank_best",
    Whole(),
    "Thứ tự tốt nhất có thể",
    "Best rank possible",
    "Khi số liệu thiếu ở mức cấp thiết nhất.",
    "With the missing datum at its most urgent.",
)
_WORST = Column(
    "rank_worst",
    Whole(),
    "Thứ tự thấp nhất có thể",
    "Worst rank possible",
    "Khi số liệu thiếu ở mức thấp nhất.",
    "With the missing datum at its least urgent.",
)
_NOW = Column("rank_now", Whole(), "Thứ tự hiện tại", "Rank now")
_SPAN = Column(
    "span", Whole(), "Khoảng thay đổi", "Span", "Số bậc mà câu trả lời có thể làm thay đổi.", "How many places the answer could move it."
)

QUESTIONS = Layer(
    "questions",
    (
        _ID,
        Column("datum", Text(), "Số liệu còn thiếu", "Missing datum", "Cột trong danh sách còn trống.", "Columns of the list that are blank."),
        Column("asks", Choice(("commune", "department", "model")), "Hỏi ai", "Who is asked", "commune xã, department Sở, model cần dữ liệu địa hình hoặc trạm.", "commune, department, or model: better terrain or sites."),
        Column("question_vi", Text(), "Câu hỏi", "Question (Vietnamese)"),
        Column("question_en", Text(), "Câu hỏi (tiếng Anh)", "Question"),
        Column("why_vi", Text(), "Vì sao cần", "Why it matters (Vietnamese)"),
        Column("why_en", Text(), "Vì sao cần (tiếng Anh)", "Why it matters"),
        _NOW, _BEST, _WORST, _SPAN,
    ),
    key=("village_id", "datum"),
)  # fmt: skip

WHAT_IF = Layer(
    "what_if",
    (_ID, _CRITERION, _NOW, _BEST, _WORST, _SPAN, Column("matters_most", YesNo(), "Cần hỏi trước", "Ask first")),
    key=("village_id", "criterion"),
)

SWAPS = Layer(
    "swaps",
    (
        _ID,
        Column("other_id", Text(), "Bản liền kề", "Neighbour in the order"),
        Column(
            "direction",
            Choice(("above", "below")),
            "Phía",
            "Side",
            "above đứng trên, below đứng dưới.",
            "Where the neighbour stands now.",
        ),
        _CRITERION,
        Column("weight_now", Number(), "Trọng số hiện tại", "Weight now", minimum=0, maximum=1),
        Column(
            "weight_swap",
            Number(),
            "Trọng số đổi chỗ",
            "Weight at the swap",
            "Các trọng số khác giữ nguyên tỷ lệ.",
            "The other weights keep their proportions.",
            minimum=0,
            maximum=1,
        ),
        Column("change", Number(), "Thay đổi", "Change", minimum=-1, maximum=1),
        Column("smallest", YesNo(), "Thay đổi nhỏ nhất", "Smallest change"),
        Column("rank_after", Whole(), "Thứ tự sau đó", "Rank after it", "Chỉ cho thay đổi nhỏ nhất.", "For the smallest change only."),
    ),
    key=("village_id", "direction", "criterion"),
)


def robustness_layer(top_k: tuple[int, ...]) -> Layer:
    """Columns of ``Simulation.table`` for the k that were asked for."""
    chances = tuple(
        Column(f"p_top_{k}", Number(), f"Khả năng thuộc {k} bản đầu", f"Probability of the first {k}", minimum=0, maximum=1) for k in top_k
    )
    return Layer(
        "robustness",
        (
            Column("rank_low", Whole(), "Thứ tự tốt nhất (90%)", "Best rank (90 %)", "5% số lần mô phỏng đạt thứ tự này hoặc cao hơn.", "5 % of the draws reach this rank or a higher place."),
            Column("rank_high", Whole(), "Thứ tự kém nhất (90%)", "Worst rank (90 %)", "95% số lần mô phỏng đạt thứ tự này hoặc cao hơn.", "95 % of the draws reach this rank or a higher place."),
            Column("rank_median", Whole(), "Thứ tự, trung vị", "Rank, median"),
            *chances,
        ),
        key=("village_id",),
    )  # fmt: skip


METHOD_RANKS = Layer(
    "methods",
    tuple(
        Column(m.name, Whole(), title.text("vi"), title.text("en"), m.note.text("vi"), m.note.text("en"))
        for m in METHODS.values()
        for title in [said("method_rank", title=m.title)]
    ),
    key=("village_id",),
)

FAIRNESS = Layer(
    "fairness",
    (
        Column("group", Text(), "Nhóm", "Group", "Trống: không ghi.", "Blank: not given."),
        Column("n", Whole(), "Số bản", "Villages"),
        Column("share_of_villages", Number(), "Tỷ lệ trong danh sách", "Share of the list", minimum=0, maximum=1),
        Column("in_first_k", Whole(), "Số bản trong nhóm đầu", "In the first k"),
        Column("share_in_first_k", Number(), "Tỷ lệ bản của nhóm được xếp đầu", "Share of the group in the first k", minimum=0, maximum=1),
        Column("share_of_first_k", Number(), "Tỷ lệ trong nhóm đầu", "Share of the first k", minimum=0, maximum=1),
        Column("mean_rank", Number(), "Thứ tự trung bình", "Mean rank"),
        Column("median_score", Number(), "Điểm trung vị", "Median score"),
        Column(
            "chance",
            Number(),
            "Xác suất ngẫu nhiên",
            "Probability if drawn by lot",
            "Xác suất ngẫu nhiên có ít bản đến vậy trong nhóm đầu; nhỏ là điều cần xem lại.",
            "Of so few in the first k by lot; a small value is a reason to look again.",
            minimum=0,
            maximum=1,
        ),
    ),
    key=("group",),
)
