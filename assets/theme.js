// Decides that light or dark outlives a login, which empties everything else the browser keeps.
// The choice travels in a cookie that says nothing but the theme.
(function () {
  var kept = /(?:^|; )munim_theme=(light|dark|system)/.exec(document.cookie);
  if (kept && !localStorage.getItem("theme")) localStorage.setItem("theme", kept[1]);
  addEventListener("pagehide", function () {
    var theme = localStorage.getItem("theme");
    if (theme) document.cookie = "munim_theme=" + theme + ";path=/;max-age=31536000;samesite=lax";
  });
  var theme = localStorage.getItem("theme") || "system";
  var system = matchMedia("(prefers-color-scheme: dark)").matches;
  var dark = theme === "dark" || (theme === "system" && system);
  if (dark) document.documentElement.classList.add("dark");
})();
