-- One line for each request that nginx parsed: method, target, fields and body, each in hexadecimal, - for empty.
local function hex(bytes)
  if bytes == '' then return '-' end
  return (bytes:gsub('.', function(byte) return string.format('%02x', byte:byte()) end))
end

ngx.req.read_body()
local fields = {}
for name, values in pairs(ngx.req.get_headers(0, true)) do
  if type(values) ~= 'table' then values = { values } end
  for _, value in ipairs(values) do
    fields[#fields + 1] = hex(name) .. ':' .. hex(value == true and '' or value)
  end
end
local log = io.open('FOLDER/records', 'a')
log:write(table.concat({ hex(ngx.req.get_method()), hex(ngx.var.request_uri), table.concat(fields, ','), hex(ngx.req.get_body_data() or '') }, ' '), '\n')
log:close()
local answer = ngx.req.get_method() .. ' ' .. ngx.var.request_uri .. '\n'
ngx.header['Content-Type'] = 'text/plain'
ngx.header['Content-Length'] = #answer
ngx.print(answer)
