"""The look of the sandbox: plain HTML made on the server, one style sheet, a few lines of script.

It has nothing to do with the product's own front end, so it works while that is being built and
nobody mistakes it for the product.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from html import escape
from urllib.parse import quote

IST = timezone(timedelta(hours=5, minutes=30))

STYLE = """
:root{--bg:#f6f6f3;--card:#fff;--ink:#1d2321;--soft:#65706c;--line:#e2e3de;--accent:#0f766e;
--good:#177245;--bad:#b3261e;--wait:#9a6700;--goodbg:#e4f3ea;--badbg:#fbe9e7;--waitbg:#fdf3d8;
--plain:#eef0ec;--shade:0 1px 2px rgba(20,30,25,.06)}
@media (prefers-color-scheme:dark){:root{--bg:#141816;--card:#1c211f;--ink:#e8ebe8;--soft:#9aa6a1;
--line:#2d3431;--accent:#4fb3a9;--good:#6fcf97;--bad:#ff8a80;--wait:#e6c067;--goodbg:#173326;
--badbg:#3a1c1a;--waitbg:#352c12;--plain:#262d2a;--shade:none}}
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,
"Segoe UI",Roboto,"Noto Sans",sans-serif}
a{color:var(--accent)}a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,
summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
header{position:sticky;top:0;z-index:2;background:var(--card);border-bottom:1px solid var(--line)}
.bar{max-width:1120px;margin:0 auto;padding:10px 16px;display:flex;gap:12px;align-items:center;
flex-wrap:wrap}
.bar h1{font-size:17px;margin:0;font-weight:650}.bar .grow{flex:1}
nav{max-width:1120px;margin:0 auto;padding:0 10px;display:flex;gap:2px;overflow-x:auto}
nav a{padding:9px 10px;text-decoration:none;color:var(--soft);white-space:nowrap;
border-bottom:2px solid transparent}
nav a[aria-current]{color:var(--ink);border-color:var(--accent);font-weight:600}
nav b{font-weight:500;color:var(--soft);font-size:13px}
main{max-width:1120px;margin:0 auto;padding:16px}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px;
margin:0 0 12px;box-shadow:var(--shade)}
.row{display:flex;gap:10px 14px;align-items:flex-start;flex-wrap:wrap}
.row .grow{flex:1;min-width:200px}
.soft{color:var(--soft);font-size:13px}.mono{font-family:ui-monospace,Menlo,Consolas,monospace;
font-size:13px;overflow-wrap:anywhere}
.say{margin:2px 0;overflow-wrap:anywhere;white-space:pre-wrap}
.amount{font-weight:650;font-size:17px;
font-variant-numeric:tabular-nums;white-space:nowrap}
.tag{display:inline-block;padding:1px 9px;border-radius:99px;font-size:12.5px;
background:var(--plain);white-space:nowrap}
.tag.good{background:var(--goodbg);color:var(--good)}
.tag.bad{background:var(--badbg);color:var(--bad)}
.tag.wait{background:var(--waitbg);color:var(--wait)}
button,.button{font:inherit;min-height:40px;padding:7px 14px;border-radius:9px;cursor:pointer;
border:1px solid var(--line);background:var(--card);color:var(--ink);text-decoration:none;
display:inline-flex;align-items:center;justify-content:center}
button:hover,.button:hover{border-color:var(--soft)}
.first{background:var(--accent);border-color:var(--accent);color:#fff}
@media (prefers-color-scheme:dark){.first{color:#0c1413}}
.acts{display:flex;gap:8px;flex-wrap:wrap;margin-top:10px}.acts form{margin:0}
label{display:block;font-size:13px;color:var(--soft);margin:0 0 3px}
input,select{font:inherit;min-height:40px;padding:7px 10px;border-radius:9px;width:100%;
border:1px solid var(--line);background:var(--card);color:var(--ink)}
.fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:10px;
align-items:end}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:6px 10px 6px 0;
border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--soft);font-weight:500}
.scroll{overflow-x:auto}details summary{cursor:pointer;color:var(--soft);font-size:13px;
padding:4px 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:12.5px;margin:4px 0 0}
.empty{padding:36px 10px;text-align:center;color:var(--soft)}
.narrow{max-width:460px;margin:0 auto;padding:22px 16px}.narrow h1{font-size:21px;margin:0 0 4px}
.big{font-size:34px;font-weight:700;font-variant-numeric:tabular-nums;margin:8px 0}
.full{width:100%;margin-top:10px;min-height:48px}.banner{background:var(--waitbg);color:var(--wait);
text-align:center;padding:6px 12px;font-size:13px}
.paper{height:52vh;overflow-y:auto;border:1px solid var(--line);border-radius:9px;
background:var(--plain);padding:8px;margin-top:10px}
.paper img{display:block;width:100%;min-height:60px;margin:0 0 8px;background:#fff}
h2{font-size:17px;margin:0 0 4px}.acts:empty{display:none}
.check{display:flex;gap:10px;align-items:flex-start;margin:12px 0;color:var(--ink);font-size:15px}
.check input{width:22px;min-height:22px;height:22px;flex:none}
"""

# the list is replaced only when it has changed and nobody is typing or reading a detail in it
SCRIPT = """
(function(){
var feed=document.getElementById('feed');if(!feed)return;var last=feed.innerHTML,etag='';
async function look(){try{
var busy=feed.contains(document.activeElement)&&/INPUT|SELECT|TEXTAREA/.test(
document.activeElement.tagName);
if(document.hidden||busy||feed.querySelector('details[open]'))return;
var r=await fetch('/feed'+location.search,{headers:etag?{'If-None-Match':etag}:{}});
if(r.status!==200)return;etag=r.headers.get('ETag')||'';var t=await r.text();
if(t!==last){feed.innerHTML=t;last=t}}catch(e){}}
setInterval(look,1500);
document.addEventListener('submit',async function(e){var f=e.target;
if(!f.matches('#feed form'))return;e.preventDefault();
var b=f.querySelector('button');b.disabled=true;
try{await fetch(f.action,{method:'POST',body:new URLSearchParams(new FormData(f,e.submitter))})}
catch(x){}document.activeElement&&document.activeElement.blur();setTimeout(look,150)});
})();
"""


def page(title: str, body: str, *, nav: str = "", script: bool = False) -> str:
    """A whole page; `body` is trusted markup."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{nav}{body}"
        f"{f'<script>{SCRIPT}</script>' if script else ''}</body></html>"
    )


def text(value: object) -> str:
    """A value as safe text."""
    return escape(str(value))


def tag(words: str, tone: str = "") -> str:
    """A small label; tone is good, bad, wait or none."""
    return f'<span class="tag {tone}">{escape(words)}</span>'


def rupees(paise: int) -> str:
    """An amount with lakh grouping."""
    whole, rest = divmod(abs(paise), 100)
    digits = str(whole)
    head, last = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return f"{'−' if paise < 0 else ''}₹ {','.join([*groups, last])}.{rest:02d}"


def moment(seconds: float) -> str:
    """A time of the sandbox's clock as India reads it."""
    return datetime.fromtimestamp(seconds, IST).strftime("%d %b %Y, %H:%M:%S")


def act_button(record_id: str, action: str, words: str, *, first: bool = False) -> str:
    """A button that acts on a record."""
    style = ' class="first"' if first else ""
    return (
        f'<form method="post" action="/act/{quote(record_id)}">'
        f'<button name="action" value="{escape(action)}"{style}>{escape(words)}</button></form>'
    )
