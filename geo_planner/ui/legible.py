"""What the pages look like on paper, to a keyboard, and to eyes that need contrast: rules of our own over those of the framework."""

LEGIBLE = """<style>
/* At least 4.5 to 1 against white and the grey of the side bar: the framework's own greys are 4.0 to 4.1. */
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] *, [data-testid="stWidgetLabel"] small, .stMarkdownColoredText,
[data-testid="stFileUploaderDropzoneInstructions"] span, [data-testid="stSliderTickBar"] *, [data-testid="InputInstructions"] { color: #55606b !important; opacity: 1 !important; }
[data-testid="stFileUploaderDropzone"] button, [data-testid="stFileUploaderDropzone"] button * { color: #3d4853 !important; opacity: 1; }
[data-testid="stSidebarNavLink"] span, [data-testid="stSidebarNavLink"] [data-testid="stIconMaterial"] { color: #3d4853; }
[data-testid="stTooltipIcon"] svg, [data-testid="stSelectbox"] svg, [data-testid="stExpanderToggleIcon"] { color: #55606b; stroke-opacity: 1; opacity: 1; }
[data-testid="stSidebarCollapseButton"] *, [data-testid="stExpandSidebarButton"] * { color: #44505c !important; opacity: 1; }
/* How many signs of how many ("5/200") is nothing that people ask of a search; what Enter does stays. */
[data-testid="InputInstructions"] span + span { display: none; }
input::placeholder, textarea::placeholder { color: #5a6570 !important; opacity: 1 !important; }
/* Where the keyboard is. */
:is(button, a, summary, input, textarea, [role=slider], [role=radio], [role=tab], [tabindex="0"]):focus-visible { outline: 3px solid #0b5cad !important; outline-offset: 2px; }
/* Pills that have no room beside the others go below them. */
[data-testid="stButtonGroup"], [data-testid="stButtonGroup"] > div, [data-testid="stButtonGroup"] [role="group"], [data-testid="stButtonGroup"] [role="radiogroup"] { flex-wrap: wrap !important; max-width: 100%; overflow: visible !important; }
/* The figure over a slider stays within its own row. */
.stSlider [data-testid="stSliderThumbValue"] { z-index: 1; background: #ffffff; padding: 0 3px; }
.gp-asked { margin-top: 10px; border-bottom: 2px solid #cbd3db; }
.gp-asked h2 { font-size: 19px; }
.gp-question h3 { font-size: 16px; color: #1d2733; }
.gp-question summary { cursor: pointer; }
/* The bar with the button that opens the side bar lies over the page: what stands first begins below it. */
.stApp:has([data-testid="stExpandSidebarButton"]) .stMainBlockContainer { padding-top: 3.9rem; }
.stPopover button, [data-testid="stPopover"] button { padding-left: 0.5rem; padding-right: 0.5rem; }
/* What a button says is read whole, over two lines where it has to be. */
:is(.stButton, .stDownloadButton, .stPopover, .stFormSubmitButton) button :is(div, span, p) { overflow: visible; text-overflow: clip; }
:is(.stButton, .stDownloadButton, .stFormSubmitButton) button [data-testid="stMarkdownContainer"] p { white-space: normal; line-height: 1.25; }
@media screen and (max-width: 1150px) {
  .st-key-map_head > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"], .st-key-map_head > [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  .st-key-map_head [data-testid="stColumn"] { min-width: 100%; }
}
@media screen and (max-width: 1150px) { .gp-held td:first-child { min-width: 190px; } .gp-held td:nth-child(4) { min-width: 150px; } .gp-held td:nth-child(6) { min-width: 120px; } }
/* A table of many columns on a small screen: a row a block, each cell with its title. */
@media screen and (max-width: 900px) {
  :is(.gp-held, .gp-wrapped) :is(table, tbody, tr, td) { display: block; min-width: 0 !important; white-space: normal !important; }
  :is(.gp-held, .gp-wrapped) thead { display: none; }
  :is(.gp-held, .gp-wrapped) td { border-top: 0; padding: 1px 8px; }
  :is(.gp-held, .gp-wrapped) td[data-title]::before { content: attr(data-title) ": "; color: #55606b; font-weight: 400; }
  :is(.gp-held, .gp-wrapped) tr { border-top: 1px solid #cbd3db; padding: 6px 0; }
  .gp-wrapped td:first-child { font-weight: 600; }
  .gp-wrapped { max-height: 400px; }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stElementToolbar"], [data-testid="stExpandSidebarButton"],
  [data-testid="stForm"] button, .stButton, .stDownloadButton, .stPageLink, [data-testid="stFileUploader"], .stSlider, .stPopover { display: none !important; }
  html, body, #root, .stApp, .stMain, [data-testid="stAppViewContainer"], [data-testid="stAppScrollToBottomContainer"], [data-testid="stVerticalBlock"], .stMainBlockContainer
    { position: static !important; height: auto !important; max-height: none !important; overflow: visible !important; }
  .stMainBlockContainer { padding: 0 !important; }
  [data-testid="stLayoutWrapper"], [data-testid="stVerticalBlockBorderWrapper"] { height: auto !important; max-height: none !important; overflow: visible !important; }
  .gp-strip, .gp-card .gp-card-sample, .gp-card i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .gp-question, .gp-card p, tr { break-inside: avoid; }
  details:not([open]) > *:not(summary) { display: block; }
}
</style>"""
