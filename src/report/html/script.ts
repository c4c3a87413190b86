/** Search and sort for the list of connections; all else works without it. The page's policy names its hash. */
export const SCRIPT = `
(function () {
  'use strict';
  var table = document.getElementById('list');
  if (!table) return;
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var tools = document.getElementById('list-tools');
  var search = document.getElementById('list-search');
  var count = document.getElementById('list-count');
  tools.hidden = false;
  function filter() {
    var words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
      row.hidden = !fits;
      if (fits) shown += 1;
    });
    count.textContent = shown + ' of ' + rows.length;
  }
  search.addEventListener('input', filter);
  filter();
  function valueOf(row, column) {
    var cell = row.cells[column];
    return cell.hasAttribute('data-value') ? Number(cell.getAttribute('data-value')) : cell.textContent;
  }
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
    var button = document.createElement('button');
    button.type = 'button';
    while (head.firstChild) button.appendChild(head.firstChild);
    head.appendChild(button);
    button.addEventListener('click', function () {
      var direction = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) { other.removeAttribute('aria-sort'); });
      head.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending');
      rows.sort(function (a, b) {
        var x = valueOf(a, column);
        var y = valueOf(b, column);
        return direction * (typeof x === 'number' ? x - y : x < y ? -1 : x > y ? 1 : 0);
      });
      rows.forEach(function (row) { body.appendChild(row); });
    });
  });
})();
`;
