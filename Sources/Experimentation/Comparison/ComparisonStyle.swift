/// What a comparison adds to the look of reports.
enum ComparisonStyle {
  static let css = """
    :root{--lo:#2b1a6b;--mid:#1f8f8a;--hi:#e5b818;--mark:#fff2c4}
    @media (prefers-color-scheme:dark){:root{--lo:#8f7bff;--mid:#35b5a8;--hi:#ffe066;--mark:#4a3c0a}}
    main{max-width:1240px}
    .run{--mix:color-mix(in oklab,color-mix(in oklab,var(--lo),var(--mid) calc(min(1,var(--k)*2)*100%)),var(--hi) calc(max(0,var(--k)*2 - 1)*100%));--s:var(--mix)}
    .by-run .run{--s:var(--c)}
    .axes svg{max-width:calc(var(--w)*1.4);min-width:calc(var(--w)*.8)}
    .axes .line.run{stroke-width:1.6;stroke-opacity:.7;cursor:pointer}
    svg .strong-name{fill:var(--ink);font-weight:650}
    svg .halo{paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round;font-size:11px}
    .grip{cursor:ns-resize;touch-action:none}
    .brush{fill:var(--c1);fill-opacity:.16;stroke:var(--c1);stroke-width:1;pointer-events:none}
    .curves .line{stroke-width:1.7;stroke-opacity:.9}.curves .line.raw{stroke-width:1;stroke-opacity:.22}
    .curves svg{max-width:none}
    .line.out{display:none}tr.out{opacity:.35}
    .hovering .line{stroke-opacity:.12}.hovering .line.hot{stroke-width:3;stroke-opacity:1}
    .hovering .line.raw.hot{stroke-width:1;stroke-opacity:.35}
    tr.hot td{background:var(--plainSoft)}
    .dot,i.dot{display:inline-block;width:10px;height:10px;border-radius:50%;background:var(--s);margin-right:7px;fill:var(--s)}
    .legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 14px;font-size:.9375rem}
    .runs td,.runs th{white-space:nowrap}.runs small{color:var(--soft)}
    .runs th:first-child,.runs td:first-child{position:sticky;left:0;background:var(--card);z-index:1}
    tr.hot td:first-child{background:var(--plainSoft)}
    .tall{max-height:75vh;overflow:auto}.tall thead th{position:sticky;top:0;background:var(--card);z-index:2}
    .tall thead th:first-child{z-index:3}
    td.best{font-weight:700}td.best::after{content:" ★";color:var(--c2)}
    td:not(.best).n::after{content:" ★";visibility:hidden}
    .runs td.n:nth-child(3)::after{content:none}
    mark{background:var(--mark);color:inherit;padding:.1em .35em;border-radius:5px}
    details{margin-top:14px}summary{cursor:pointer;color:var(--c1)}
    .plain{color:var(--soft)}
    .controls{position:sticky;top:0;z-index:3;display:flex;flex-wrap:wrap;align-items:center;gap:8px 22px;background:var(--page);padding:10px 0;margin-top:10px;font-size:.9375rem;border-bottom:1px solid var(--line)}
    .controls[hidden]{display:none}
    .controls label{display:flex;align-items:center;gap:8px;color:var(--soft)}
    .controls select,.controls button{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:8px;padding:4px 8px;max-width:16rem}
    .controls input{accent-color:var(--c1)}output{min-width:2.4em;font-variant-numeric:tabular-nums;color:var(--ink)}
    .scale{display:flex;align-items:center;gap:8px}.by-run .scale{display:none}.scale i{font-style:normal;font-variant-numeric:tabular-nums}
    .scale b{width:120px;height:9px;border-radius:5px;background:linear-gradient(90deg in oklab,var(--lo),var(--mid),var(--hi))}
    #tip{position:fixed;z-index:4;pointer-events:none;background:var(--ink);color:var(--page);padding:3px 9px;border-radius:7px;font-size:.875rem;max-width:70vw}
    @media (max-width:600px){.controls{gap:6px 14px}.scale b{width:70px}}
    @media print{:root{--lo:#2b1a6b;--mid:#1f8f8a;--hi:#c99a06;--mark:#fff2c4}.controls,#tip{display:none}
    .axes svg{min-width:0}.tall{max-height:none;overflow:visible}.runs{font-size:8pt}.runs td,.runs th{padding:3px 5px;white-space:normal}
    .runs th:first-child,.runs td:first-child{position:static}details{display:block}}
    """
}
