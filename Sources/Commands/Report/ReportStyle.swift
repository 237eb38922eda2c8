/// How the report's page looks: light, or dark where the reader's system is.
enum ReportStyle {
  static let css = """
    :root { --paper: #fff; --ink: #1b2330; --faint: #5c6675; --line: #d8dde5; --card: #f5f7fa; --s0: #9aa5b4; \
    --s1: #4a90d9; --s2: #e0a300; --s3: #e0701b; --s4: #c62839; --held: #6d5bd0; --grave: #b3202f; --mild: #855c00; }
    @media (prefers-color-scheme: dark) { :root { --paper: #12161d; --ink: #e6eaf0; --faint: #9aa5b4; --line: #323b48; \
    --card: #1b212b; --s0: #78859a; --s1: #5ea4ea; --s2: #e8b62c; --s3: #f08c3e; --s4: #ee5d6c; --held: #9d8cf5; --grave: #ff8a95; \
    --mild: #f0c24f; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
    main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
    h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; }
    h3 { font-size: 1.05rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
    .note { color: var(--faint); margin: 0 0 1rem; }
    .tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0 1.5rem; }
    .tile { flex: 1 1 9rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; \
    padding: .6rem .9rem; }
    .tile b { display: block; font-size: 1.6rem; line-height: 1.2; } .tile span { color: var(--faint); }
    figure { margin: 0 0 1.6rem; overflow-x: auto; } figure svg { min-width: 34rem; } figcaption { font-weight: 600; margin-bottom: .4rem; }
    svg { display: block; width: 100%; height: auto; }
    svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg line { stroke: var(--line); }
    .s0 { fill: var(--s0); background: var(--s0); } .s1 { fill: var(--s1); background: var(--s1); }
    .s2 { fill: var(--s2); background: var(--s2); } .s3 { fill: var(--s3); background: var(--s3); }
    .s4 { fill: var(--s4); background: var(--s4); } .held { fill: var(--held); background: var(--held); }
    .sent { fill: var(--s0); background: var(--s0); }
    .legend { display: flex; flex-wrap: wrap; gap: 1rem; color: var(--faint); margin-top: .4rem; }
    .legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .4em; }
    section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .9rem 1.1rem; \
    margin-bottom: 1rem; }
    .labels { list-style: none; padding: 0; margin: 0 0 .6rem; }
    .labels li::before { content: "▲ "; } .grave { color: var(--grave); } .mild { color: var(--mild); }
    dl { display: grid; grid-template-columns: 9rem 1fr; gap: .15rem .8rem; margin: .6rem 0 0; }
    dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
    details { margin-top: .7rem; } summary { cursor: pointer; font-weight: 600; }
    pre { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; \
    padding: .6rem .8rem; font: 13px/1.45 ui-monospace, monospace; }
    table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
    th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
    th { color: var(--faint); font-weight: 600; }
    @media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .4rem; } }
    @media print { section { break-inside: avoid; } }
    """
}
