
"use strict";
(function () {
  var svgns = "http://www.w3.org/2000/svg";
  var tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.appendChild(tip);

  function axis(text) {
    var n = text.split(" ").map(Number);
    return { low: n[0], high: n[1], from: n[2], to: n[3], log: n[4] === 1 };
  }
  function valueAt(a, pixel) {
    var share = (pixel - a.from) / (a.to - a.from);
    return a.log ? a.low * Math.pow(a.high / a.low, share) : a.low + share * (a.high - a.low);
  }
  function points(path) {
    var n = (path.getAttribute("d").match(/-?[\d.]+/g) || []).map(Number);
    return n.filter(function (v, i) { return i % 2 === 0; }).map(function (v, i) { return [v, n[2 * i + 1]]; });
  }
  function nearest(list, x) {
    return list.reduce(function (best, p) { return Math.abs(best[0] - x) > Math.abs(p[0] - x) ? p : best; });
  }
  function words(value) {
    var size = Math.abs(value);
    return size === 0 || size >= 0.001 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
  }

  Array.from(document.querySelectorAll("svg.chart")).forEach(function (svg) {
    var xs = axis(svg.dataset.xs), ys = axis(svg.dataset.ys), name = svg.dataset.x;
    var lines = Array.from(svg.querySelectorAll("path[data-name]")).map(function (path) {
      return { name: path.dataset.name, points: points(path) };
    }).filter(function (line) { return line.points.length > 0; });
    if (lines.length === 0) { return; }
    var cursor = document.createElementNS(svgns, "path");
    cursor.setAttribute("class", "cursor");
    svg.appendChild(cursor);

    function hide() { tip.hidden = true; cursor.removeAttribute("d"); }
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("pointermove", function (event) {
      var told = Array.from(event.target.children).some(function (child) { return child.tagName === "title"; });
      if (told || event.target.closest(".flag")) { hide(); return; }
      var box = svg.getBoundingClientRect();
      var x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      var at = nearest(lines[0].points, Math.min(Math.max(x, xs.from), xs.to))[0];
      var text = lines.map(function (line) {
        var p = nearest(line.points, at);
        var own = Math.abs(p[0] - at) > 2 ? " (" + name + " " + Math.round(valueAt(xs, p[0])).toLocaleString("en") + ")" : "";
        return line.name + " " + words(valueAt(ys, p[1])) + own;
      });
      tip.textContent = [name + " " + Math.round(valueAt(xs, at)).toLocaleString("en")].concat(text).join("\n");
      cursor.setAttribute("d", "M" + at + " " + ys.from + "V" + ys.to);
      tip.hidden = false;
      var left = event.clientX + 16;
      tip.style.left = (left + tip.offsetWidth > innerWidth - 8 ? event.clientX - tip.offsetWidth - 16 : left) + "px";
      tip.style.top = Math.max(8, event.clientY - tip.offsetHeight - 12) + "px";
    });
  });

  var sha = document.getElementById("sha"), button = document.getElementById("copy");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      getSelection().selectAllChildren(sha);
      button.textContent = document.execCommand("copy") ? "Copied" : "Selected: copy with the keyboard";
    });
  }
})();
