/// How a report looks: on a wide screen, on a phone, on paper, by day and by night.
enum ReportStyle {
  static let css = """
    :root{color-scheme:light dark;
    --page:#f6f7f9;--card:#fff;--ink:#16202c;--soft:#5a6675;--line:#e2e6eb;--grid:#edf0f3;
    --c1:#2463d1;--c2:#d97706;--c3:#0d8f6f;--c4:#a23bbd;--c5:#c2334d;--c6:#5b6b1f;--c7:#0e7490;--c8:#8a5a2b;
    --muted:#93a0b0;--good:#15803d;--bad:#c02626;--goodSoft:#e9f6ee;--badSoft:#fcecec;--plainSoft:#eef2f7;--onFill:#fff}
    @media (prefers-color-scheme:dark){:root{
    --page:#0f141a;--card:#171e27;--ink:#e6ebf1;--soft:#9aa7b6;--line:#2a3441;--grid:#222b36;
    --c1:#6aa3ff;--c2:#f0a648;--c3:#4cc9a4;--c4:#d08be6;--c5:#f2808f;--c6:#b5c35f;--c7:#5cc3dc;--c8:#d3a171;
    --muted:#6f7d8e;--good:#4ec27c;--bad:#ff7b7b;--goodSoft:#14281d;--badSoft:#321a1c;--plainSoft:#1c2530;--onFill:#0f141a}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
    main{max-width:1060px;margin:0 auto;padding:28px 20px 60px}
    header p{margin:2px 0 0;color:var(--soft)}
    h1{font-size:1.9rem;line-height:1.2;margin:0;letter-spacing:-.01em}
    h2{font-size:1.25rem;margin:0 0 4px;letter-spacing:-.005em}
    h3{font-size:1rem;margin:0 0 8px}
    .charts+.wide{margin-top:18px}
    .crisp{shape-rendering:crispEdges}
    .wide+h3,.charts+h3,.notes+h3{margin-top:20px}
    section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px 22px;margin-top:18px}
    .lead{color:var(--soft);margin:0 0 14px;max-width:75ch}
    .verdict{border-left:6px solid var(--muted);background:var(--plainSoft)}
    .verdict.good{border-left-color:var(--good);background:var(--goodSoft)}
    .verdict.bad{border-left-color:var(--bad);background:var(--badSoft)}
    .verdict h2{font-size:1.4rem}
    .good .word,.passed{color:var(--good)}.bad .word,.failed{color:var(--bad)}
    .passed,.failed{font-weight:600;white-space:nowrap}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;margin-top:18px}
    .tile{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px}
    .tile b{display:block;font-size:1.75rem;line-height:1.2;font-weight:650;font-variant-numeric:tabular-nums}
    .tile span{display:block;color:var(--soft);font-size:.875rem}
    .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,380px),1fr));gap:22px 28px}
    figure{margin:0;min-width:0;break-inside:avoid}
    figcaption{font-size:.875rem;color:var(--soft);margin-top:6px}
    svg{display:block;width:100%;height:auto;max-width:560px}
    .wide{overflow-x:auto;-webkit-overflow-scrolling:touch}
    table{border-collapse:collapse;width:100%;font-size:.9375rem;font-variant-numeric:tabular-nums}
    th,td{padding:7px 10px;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
    th{font-weight:600;color:var(--soft);font-size:.8125rem}
    tbody tr:last-child td{border-bottom:0}
    td.n,th.n{text-align:right;white-space:nowrap}
    td{overflow-wrap:normal;word-break:normal}
    th{overflow-wrap:normal}
    td i{font-style:normal;color:var(--soft);font-weight:400}
    .gates{list-style:none;margin:0;padding:0}
    .gates li{display:flex;justify-content:space-between;gap:6px 18px;padding:9px 0;border-top:1px solid var(--line)}
    .gates li:first-child{border-top:0}.gates b{font-weight:600}.gates small{color:var(--soft);font-size:.875rem}
    td small{color:var(--soft)}
    tr.main td{font-weight:600}
    tr.main td small{font-weight:400}
    code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;word-break:break-all}
    .notes{margin:10px 0 0;padding-left:20px;color:var(--soft);font-size:.9375rem}
    .chain{list-style:none;margin:0;padding:0}
    .chain li{position:relative;padding:0 0 14px 24px}
    .chain li::before{content:"";position:absolute;left:5px;top:8px;width:9px;height:9px;border-radius:50%;background:var(--c1)}
    .chain li::after{content:"";position:absolute;left:9px;top:20px;bottom:-5px;width:1px;background:var(--line)}
    .chain li:last-child::after{display:none}
    .chain b{display:block;font-size:.8125rem;color:var(--soft);font-weight:600}
    nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin-top:14px;font-size:.9375rem}
    a{color:var(--c1);text-decoration:none}a:hover{text-decoration:underline}
    footer{color:var(--soft);font-size:.875rem;margin-top:22px}
    svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:var(--soft)}
    svg .name{fill:var(--soft);font-size:12px}svg .note{fill:var(--ink);font-variant-numeric:tabular-nums}
    svg .cell{fill:var(--ink)}svg .strong{fill:var(--onFill);font-weight:600}
    .grid{stroke:var(--grid)}.axis{stroke:var(--muted)}.whisker{stroke:var(--ink);stroke-opacity:.65}
    .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .key{stroke-width:3}.line.guide{stroke:var(--muted);stroke-width:1.2;stroke-dasharray:4 4}
    .line.thin{stroke-width:1.2}
    .c1{--s:var(--c1)}.c2{--s:var(--c2)}.c3{--s:var(--c3)}.c4{--s:var(--c4)}.c5{--s:var(--c5)}.c6{--s:var(--c6)}.c7{--s:var(--c7)}.c8{--s:var(--c8)}
    .line.muted,.key.muted,.key.guide{--s:var(--muted)}.fill.muted,.dot.muted{--s:var(--muted)}
    .fill.good,.dot.good,.line.good{--s:var(--good)}.fill.bad,.dot.bad,.line.bad{--s:var(--bad)}
    .line,.key{stroke:var(--s)}.fill,.dot{fill:var(--s)}.fill{fill-opacity:.85}.shade{fill:var(--s)}.line.none{stroke:none}
    .mark{fill:var(--c1);fill-opacity:.4}.mark.bad{fill:var(--bad)}
    .dot.over{fill:var(--ink);fill-opacity:.8}.dot.over,.edged{stroke:var(--card);stroke-width:.9}
    .band{fill:var(--c1);fill-opacity:.15;stroke:none}
    .spark{width:110px;height:26px;max-width:none;display:inline-block;vertical-align:middle}
    .spark rect{fill:var(--c1);fill-opacity:.6}
    @media (max-width:600px){main{padding:18px 12px 40px}section{padding:16px 14px}h1{font-size:1.5rem}
    th,td{padding:6px 7px}table{font-size:.875rem}td small{display:block;white-space:normal}.gates li{flex-wrap:wrap}
    .tiles{grid-template-columns:repeat(2,1fr);gap:10px}.tile{padding:11px 12px}.tile b{font-size:1.4rem}}
    @media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--grid:#e5e5e5;
    --c1:#2463d1;--c2:#d97706;--c3:#0d8f6f;--muted:#888;--good:#15803d;--bad:#c02626;
    --goodSoft:#e9f6ee;--badSoft:#fcecec;--plainSoft:#eef2f7;--onFill:#fff}
    body{font-size:10.5pt}main{max-width:none;padding:0}nav{display:none}
    section,.tile{break-inside:auto;border-radius:0;padding:10px 0;border-width:1px 0 0}
    .verdict{padding:10px 14px;border-width:0 0 0 6px}.tile{padding:8px 0}tr,figure{break-inside:avoid}
    h2,h3,h2+p,thead{break-after:avoid}p{break-inside:avoid}.tiles{grid-template-columns:repeat(4,1fr)}.charts{grid-template-columns:1fr 1fr}
    *{-webkit-print-color-adjust:exact;print-color-adjust:exact}.wide{overflow:visible}}
    """
}
